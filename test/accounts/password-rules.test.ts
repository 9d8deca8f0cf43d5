import { describe, expect, test } from "vitest";
import { whyWeak } from "../../src/accounts/people/password-rules";
import { localPath } from "../../src/accounts/people/provider-sign-in";

describe("refused", () => {
  test.each([
    ["short", "password_too_short"],
    ["x".repeat(129), "password_too_long"],
    ["password123", "password_common"],
    ["Passw0rd!2026", "password_common"],
    ["iloveyouiloveyou", "password_common"],
    ["1234567890", "password_common"],
    ["0987654321", "password_common"],
    ["abcdefghijkl", "password_common"],
    ["aaaaaaaaaaaa", "password_common"],
    ["ababababababab", "password_common"],
    ["headwater2026", "password_common"],
    ["ada.lovelace@example.org", "password_is_email"],
    ["ADA.Lovelace", "password_is_email"],
  ])("%s", (password, code) => {
    expect(whyWeak(password, "ada.lovelace@example.org")?.code).toBe(code);
  });
});

test.each(["seven green bicycles", "correct horse battery staple", "Tr0ub4dor&3x", "passwordless is the way", "ключ от квартиры"])(
  "taken: %s",
  (password) => {
    expect(whyWeak(password, "ada@example.org")).toBeNull();
  },
);

test.each([
  ["/forms/1?x=2", "/forms/1?x=2"],
  [undefined, "/"],
  ["//evil.example", "/"],
  ["/\\evil.example", "/"],
  ["https://evil.example", "/"],
  ["/a b", "/"],
  ["/a\r\nSet-Cookie: x", "/"],
])("after signing in, %j leads to %s", (asked, path) => {
  expect(localPath(asked)).toBe(path);
});
