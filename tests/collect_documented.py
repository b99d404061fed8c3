"""Collects the golden requests into the one file the demo ships: python/lampjack/_demo/documented.json.

`python tests/collect_documented.py --write` renews it; tests/python/test_demo.py fails when it is out of date.
"""

import base64
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "python" / "lampjack" / "_demo" / "documented.json"
LARGEST = 64 * 1024


def text_or_base64(body: bytes) -> dict[str, str]:
    try:
        return {"body": body.decode()}
    except UnicodeDecodeError:
        return {"body_base64": base64.b64encode(body).decode()}


def collect() -> list[dict[str, object]]:
    cases: list[dict[str, object]] = []
    for path in sorted((ROOT / "tests" / "data").glob("*/*/request.json")):
        answer = path.with_name("answer.json")
        body = path.with_name("body.raw").read_bytes()
        if not answer.exists() or len(body) > LARGEST:
            continue
        request = json.loads(path.read_text())
        expected = json.loads(answer.read_text())
        case: dict[str, object] = {
            "name": f"{path.parent.parent.name}/{path.parent.name}",
            "platform": path.parent.parent.name,
            "account": {
                key: value for key, value in request.get("account", {}).items() if key != "platform"
            },
            "method": request.get("method", "POST"),
            "path": request.get("path", "/"),
            "query": request.get("query", ""),
            "headers": request.get("headers", {}),
            "status": expected["status"],
        }
        if "decision" in request:
            case["decision"] = request["decision"]
        if "body" in expected:
            case["answer"] = expected["body"]
        cases.append(case | text_or_base64(body))
    return cases


def as_text() -> str:
    lines = ",\n".join(json.dumps(case, ensure_ascii=True) for case in collect())
    return f"[\n{lines}\n]\n"


if __name__ == "__main__":
    if "--write" in sys.argv:
        TARGET.write_text(as_text())
    print(f"{len(collect())} requests")
