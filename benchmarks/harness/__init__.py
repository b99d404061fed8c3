"""The bench harness: builds a release beside the tree, runs both interleaved, judges and reports."""
