'use strict';

// The app's functions against a real HTTP server on the loopback interface; only Chatlayer's sdk is a stand-in.

const assert = require('node:assert/strict');
const http = require('node:http');
const path = require('node:path');
const { afterEach, beforeEach, describe, test } = require('node:test');

const folder = path.join(__dirname, '..', '..', 'python', 'lampjack', 'chatlayer_app');
const { messaging, authentication } = require(folder);

const TOKEN = 'made-up-relay-token';

class ValidationError extends Error {}
class ExpiredAuthError extends Error {}
class RefreshAuthError extends Error {}
class ResponseError extends Error {}
const errors = { ValidationError, ExpiredAuthError, RefreshAuthError, ResponseError };

/** One request as Chatlayer's sdk makes it: the body is an object, the answer has `status` and `data`. */
function send({ url, method, headers, body }) {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method, headers, agent: false }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const json = /json/.test(response.headers['content-type'] || '');
        resolve({ status: response.statusCode, data: json ? JSON.parse(text) : text });
      });
    });
    request.on('error', reject);
    request.end(JSON.stringify(body));
  });
}

const resolving = { errors, request: send };
const rejecting = {
  errors,
  async request(options) {
    const response = await send(options);
    if (response.status < 400) return response;
    throw Object.assign(new Error(`Request failed with status code ${response.status}`), { response });
  },
};

let server;
let seen;
let answer;

beforeEach(async () => {
  seen = [];
  answer = { status: 200, type: 'application/json', body: '{}' };
  server = http.createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      seen.push({ method: request.method, url: request.url, headers: request.headers, body: JSON.parse(body) });
      response.writeHead(answer.status, { 'content-type': answer.type });
      response.end(answer.body);
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(() => new Promise((resolve) => server.close(resolve)));

function bundleWith(members = {}, auth = {}) {
  const address = `http://127.0.0.1:${server.address().port}/hooks/shop`;
  return { authData: { lampjack_url: address, relay_token: TOKEN, ...auth }, ...members };
}

const items = [
  {
    user: { id: 'u-77' },
    actor: { type: 'user' },
    type: 'message',
    message: { messageType: 'text', text: 'hi' },
    timestamp: 1646415058102,
  },
];

describe('the definition', () => {
  test('has the shape that Chatlayer documents', () => {
    assert.equal(messaging.type, 'hook');
    assert.deepEqual(messaging.handoverFields, []);
    assert.deepEqual(messaging.subscriptionFields, []);
    assert.deepEqual(Object.keys(messaging.operation).sort(), [
      'performOffload',
      'performReceive',
      'performSend',
      'performSubscribe',
      'performUnsubscribe',
    ]);
    for (const operation of Object.values(messaging.operation)) assert.equal(operation.length, 2);
    assert.deepEqual(
      authentication.fields.map((field) => field.key),
      ['lampjack_url', 'relay_token'],
    );
    assert.equal(authentication.type, 'custom');
    assert.equal(typeof authentication.connectionLabel(), 'string');
  });
});

describe('performReceive', () => {
  const request = {
    content: { from: 'x', text: 'hi' },
    method: 'POST',
    query: { a: '1' },
    headers: { 'content-type': 'application/json' },
  };

  test('passes the request on and returns the array', async () => {
    answer.body = JSON.stringify(items);
    const result = await messaging.operation.performReceive(resolving, bundleWith({ request, inputData: { a: 1 } }));
    assert.deepEqual(result, items);
    assert.equal(seen.length, 1);
    assert.equal(seen[0].method, 'POST');
    assert.equal(seen[0].url, '/hooks/shop/receive');
    assert.equal(seen[0].headers.authorization, `Bearer ${TOKEN}`);
    assert.equal(seen[0].headers['content-type'], 'application/json');
    assert.deepEqual(seen[0].body, { request, inputData: { a: 1 } });
  });

  test('keeps content that is no JSON a string', async () => {
    answer.body = '[]';
    for (const content of ['{"looks":"like JSON"}', 'a=1&b=2', '', '<xml/>', 'nul \u0000 \u2028 "q"']) {
      const bundle = bundleWith({ request: { ...request, content } });
      assert.deepEqual(await messaging.operation.performReceive(resolving, bundle), []);
      assert.equal(seen.at(-1).body.request.content, content);
    }
    const bytes = bundleWith({ request: { ...request, content: Buffer.from('grüß') } });
    await messaging.operation.performReceive(resolving, bytes);
    assert.equal(seen.at(-1).body.request.content, 'grüß');
  });

  test('mends half characters and keeps whole ones', async () => {
    answer.body = '[]';
    const content = { a: 'x\ud83d', b: ['\udc00y', '\ud83d\ude00'] };
    await messaging.operation.performReceive(resolving, bundleWith({ request: { ...request, content } }));
    assert.deepEqual(seen[0].body.request.content, { a: 'x\ufffd', b: ['\ufffdy', '\ud83d\ude00'] });
  });

  test('reads an array that arrives as text', async () => {
    answer = { status: 200, type: 'text/plain', body: JSON.stringify(items) };
    assert.deepEqual(await messaging.operation.performReceive(resolving, bundleWith({ request })), items);
  });

  test('refuses an answer that is no array', async () => {
    for (const body of ['{}', 'null', 'hello', '']) {
      answer = { status: 200, type: 'text/plain', body };
      await assert.rejects(messaging.operation.performReceive(resolving, bundleWith({ request })), ResponseError);
    }
  });
});

describe('the other functions', () => {
  test('performSend passes the messages on', async () => {
    const members = { inputData: { messages: [{ text_message: { text: 'x' } }], user: { id: 'u-77' } }, version: 2 };
    await messaging.operation.performSend(resolving, bundleWith(members));
    assert.equal(seen[0].url, '/hooks/shop/send');
    assert.deepEqual(seen[0].body, members);
  });

  test('performOffload passes the bundle on', async () => {
    const members = { inputData: { user: { id: 'u-77' } } };
    await messaging.operation.performOffload(resolving, bundleWith(members));
    assert.equal(seen[0].url, '/hooks/shop/offload');
    assert.deepEqual(seen[0].body, members);
  });

  test('performSubscribe tells the address and performUnsubscribe takes it back', async () => {
    const members = { targetUrl: 'https://hook.example/1', inputData: {} };
    await messaging.operation.performSubscribe(resolving, bundleWith(members));
    await messaging.operation.performUnsubscribe(resolving, bundleWith(members));
    await messaging.operation.performUnsubscribe(resolving, bundleWith());
    assert.deepEqual(
      seen.map((request) => request.url),
      ['/hooks/shop/subscribe', '/hooks/shop/subscribe', '/hooks/shop/subscribe'],
    );
    assert.deepEqual(seen[0].body, members);
    assert.deepEqual(seen[1].body, { ...members, targetUrl: null });
    assert.deepEqual(seen[2].body, { targetUrl: null });
  });

  test('a slash behind the address makes no difference', async () => {
    const address = `${bundleWith().authData.lampjack_url}//`;
    await messaging.operation.performSend(resolving, bundleWith({}, { lampjack_url: address }));
    assert.equal(seen[0].url, '/hooks/shop/send');
  });

  test('the credentials check sends no messages', async () => {
    await authentication.test(resolving, bundleWith({ inputData: { secret: 1 } }));
    assert.equal(seen[0].url, '/hooks/shop/send');
    assert.deepEqual(seen[0].body, { inputData: { messages: [] } });
    answer.status = 401;
    await assert.rejects(authentication.test(resolving, bundleWith()), ExpiredAuthError);
  });

  test('no function sends the credentials in its body', async () => {
    answer.body = '[]';
    for (const operation of Object.values(messaging.operation)) await operation(resolving, bundleWith({ a: 1 }));
    assert.equal(seen.length, 5);
    for (const request of seen) assert.equal(JSON.stringify(request.body).includes(TOKEN), false);
  });
});

describe('errors', () => {
  const expected = [
    [400, ValidationError],
    [401, ExpiredAuthError],
    [403, ExpiredAuthError],
    [404, ValidationError],
    [409, ValidationError],
    [413, ValidationError],
    [415, ValidationError],
    [429, ResponseError],
    [302, ResponseError],
    [500, ResponseError],
    [503, ResponseError],
  ];

  for (const [name, sdk] of Object.entries({ resolving, rejecting })) {
    for (const [status, type] of expected) {
      test(`${status} becomes ${type.name} when the sdk is ${name}`, async () => {
        answer = { status, type: 'application/problem+json', body: '{"title":"why","detail":"because"}' };
        for (const operation of Object.values(messaging.operation)) {
          await assert.rejects(operation(sdk, bundleWith()), (error) => {
            assert.equal(error.constructor, type);
            const advice = status === 404 ? '. lampjack_url must be the "Lampjack address" that `lampjack urls` prints' : '';
            assert.equal(error.message, `Lampjack answered ${status}: why; because${advice}`);
            return true;
          });
        }
      });
    }
  }

  test('an answer that is no problem document is only counted by its status', async () => {
    for (const body of ['<html>', '', 'null', '[]', '{"title":7}']) {
      answer = { status: 502, type: 'text/html', body };
      await assert.rejects(messaging.operation.performSend(resolving, bundleWith()), {
        message: 'Lampjack answered 502',
      });
    }
  });

  test('a server that is not there is a ResponseError without the address or the token', async () => {
    const bundle = bundleWith();
    await new Promise((resolve) => server.close(resolve));
    await assert.rejects(messaging.operation.performSend(resolving, bundle), (error) => {
      assert.equal(error.constructor, ResponseError);
      assert.equal(error.message, 'Lampjack could not be reached (ECONNREFUSED)');
      return true;
    });
    server = http.createServer().listen(0);
  });

  test('wrong settings are named before anything is sent', async () => {
    const wrong = [
      { lampjack_url: undefined },
      { lampjack_url: 'shop' },
      { lampjack_url: 'http://bots.example.com/hooks/shop' },
      { lampjack_url: 'ftp://localhost/hooks/shop' },
      { lampjack_url: 'https://u:p@bots.example.com/hooks/shop' },
      { lampjack_url: 'https://bots.example.com/hooks/shop?x=1' },
      { relay_token: undefined },
      { relay_token: '' },
      { relay_token: `${TOKEN}\r\nx: y` },
    ];
    for (const auth of wrong) {
      await assert.rejects(messaging.operation.performSend(resolving, bundleWith({}, auth)), (error) => {
        assert.equal(error.constructor, ValidationError);
        assert.match(error.message, new RegExp(Object.keys(auth)[0]));
        assert.equal(error.message.includes(TOKEN), false);
        return true;
      });
    }
    await assert.rejects(messaging.operation.performSend(resolving, {}), ValidationError);
    assert.equal(seen.length, 0);
  });

  test('a bundle that is no JSON is named', async () => {
    const loop = {};
    loop.self = loop;
    await assert.rejects(messaging.operation.performSend(resolving, bundleWith({ loop })), ValidationError);
    await assert.rejects(messaging.operation.performSend(resolving, bundleWith({ n: 1n })), ValidationError);
  });
});
