'use strict';

// The JavaScript side of the `chatlayer_app` platform: the functions that Chatlayer runs, each a relay to Lampjack over HTTP.
// CommonJS, Node 18 or later, no dependencies. README.md beside this file says how to use it.

const LOCAL_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]']);
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const REJECTED = new Set([400, 404, 405, 409, 413, 415, 422]);
const LONGEST_REASON = 200;

/** The configured address and token; a ValidationError names the field that is wrong, never its value. */
function connectionOf(sdk, bundle) {
  const { lampjack_url: address, relay_token: token } = bundle.authData || {};
  let url;
  try {
    url = new URL(String(address));
  } catch {
    throw new sdk.errors.ValidationError('lampjack_url must be an absolute address');
  }
  const safe = url.protocol === 'https:' || (url.protocol === 'http:' && LOCAL_HOSTS.has(url.hostname));
  if (!safe || url.username || url.password || url.search || url.hash) {
    throw new sdk.errors.ValidationError('lampjack_url must be an https address without user, query and fragment');
  }
  if (typeof token !== 'string' || token === '' || /[^\x21-\x7e]/.test(token)) {
    throw new sdk.errors.ValidationError('relay_token must be a text of visible ASCII characters');
  }
  return { base: url.href.replace(/\/+$/, ''), token };
}

/** The bundle as plain JSON: no credentials, no functions, no half characters (Lampjack refuses those as invalid JSON). */
function bodyOf(sdk, bundle, changes) {
  const { authData, ...rest } = bundle;
  const request = rest.request;
  if (request && Buffer.isBuffer(request.content)) {
    rest.request = { ...request, content: request.content.toString('utf8') };
  }
  const clean = (key, value) => (typeof value === 'string' ? value.replace(LONE_SURROGATE, '\ufffd') : value);
  try {
    return JSON.parse(JSON.stringify({ ...rest, ...changes }, clean));
  } catch {
    throw new sdk.errors.ValidationError('the bundle cannot be written as JSON');
  }
}

function parsed(data) {
  if (typeof data !== 'string') return data;
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}

/** Lampjack explains refusals in a problem document (RFC 9457); its title and detail hold no secrets. */
function reasonOf(data) {
  const problem = parsed(data);
  const texts = problem && [problem.title, problem.detail].filter((text) => typeof text === 'string');
  return texts && texts.length ? `: ${texts.join('; ').slice(0, LONGEST_REASON)}` : '';
}

function errorOf(sdk, status, data) {
  const advice = status === 404 ? '. lampjack_url must be the "Lampjack address" that `lampjack urls` prints' : '';
  const message = `Lampjack answered ${status}${reasonOf(data)}${advice}`;
  if (status === 401 || status === 403) return new sdk.errors.ExpiredAuthError(message);
  if (REJECTED.has(status)) return new sdk.errors.ValidationError(message);
  return new sdk.errors.ResponseError(message);
}

/** Posts to one of Lampjack's endpoints. `sdk.request` may resolve or reject for a status of 400 and more: both are read. */
async function relay(sdk, bundle, path, changes = {}) {
  const { base, token } = connectionOf(sdk, bundle);
  const body = bodyOf(sdk, bundle, changes);
  let response;
  try {
    response = await sdk.request({
      url: base + path,
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body,
    });
  } catch (error) {
    response = error && error.response;
    if (!response || typeof response.status !== 'number') {
      const code = error && typeof error.code === 'string' ? ` (${error.code})` : '';
      throw new sdk.errors.ResponseError(`Lampjack could not be reached${code}`);
    }
  }
  const { status, data } = response;
  if (!(status >= 200 && status < 300)) throw errorOf(sdk, status, data);
  return parsed(data);
}

/** The external service, or Lampjack itself, called the app's address: the answer is the array for Chatlayer. */
async function performReceive(sdk, bundle) {
  const items = await relay(sdk, bundle, '/receive');
  if (!Array.isArray(items)) throw new sdk.errors.ResponseError('Lampjack did not answer with an array');
  return items;
}

/** Chatlayer has messages for the user. */
async function performSend(sdk, bundle) {
  return relay(sdk, bundle, '/send');
}

/** A conversation was handed to humans. */
async function performOffload(sdk, bundle) {
  return relay(sdk, bundle, '/offload');
}

/** A channel was made: `bundle.targetUrl` is the address that Lampjack must call. */
async function performSubscribe(sdk, bundle) {
  return relay(sdk, bundle, '/subscribe');
}

/** The channel was deleted. */
async function performUnsubscribe(sdk, bundle) {
  return relay(sdk, bundle, '/subscribe', { targetUrl: null });
}

const messaging = {
  type: 'hook',
  handoverFields: [],
  subscriptionFields: [],
  operation: { performReceive, performSend, performSubscribe, performUnsubscribe, performOffload },
};

const authentication = {
  type: 'custom',
  fields: [
    {
      key: 'lampjack_url',
      label: 'Lampjack address',
      required: true,
      helpText: 'The "Lampjack address" that `lampjack urls` prints for the account, e.g. https://bots.example.com/hooks/shop',
    },
    {
      key: 'relay_token',
      label: 'Relay token',
      required: true,
      helpText: 'The same text as relay_token in the account of lampjack.toml',
    },
  ],
  // A list of no messages changes nothing, but only the right token may send it.
  test: (sdk, bundle) => relay(sdk, { authData: bundle.authData }, '/send', { inputData: { messages: [] } }),
  connectionLabel: () => 'Lampjack',
};

module.exports = { messaging, authentication };
