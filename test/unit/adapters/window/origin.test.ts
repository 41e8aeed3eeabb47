/** Which origins a window link takes. */
import { expect, it } from "vitest";
import { checkOrigin } from "../../../../adapters/window/origin.ts";

it.each(["https://example.com", "http://localhost:8080", "https://[::1]:1"])("takes %s", (origin) => {
  expect(checkOrigin(origin)).toBe(origin);
});

it.each<[unknown, RegExp]>([
  ["*", /"\*": anybody's page/],
  ["/", /location\.origin/],
  ["", /location\.origin/],
  ["null", /sandboxed/],
  ["https://example.com/", /pass "https:\/\/example\.com"/],
  ["https://example.com:443", /pass "https:\/\/example\.com"/],
  ["HTTPS://example.com", /pass "https:\/\/example\.com"/],
  ["https://example.com/page?a#b", /pass "https:\/\/example\.com"/],
  ["example.com", /location\.origin/],
  ["data:text/html,x", /location\.origin/],
  [undefined, /origin undefined/],
  [/https/, /location\.origin/],
])("refuses %s, and says what to pass", (origin, message) => {
  expect(() => checkOrigin(origin)).toThrow(expect.objectContaining({ code: "BAD_ORIGIN" }));
  expect(() => checkOrigin(origin)).toThrow(message);
});
