/** What makes a password acceptable. Ids are those of test/SPEC.md. */
import { describe, expect, it } from "vitest";
import { COMMON_PASSWORDS } from "../../src/auth/generated/common-passwords.ts";
import { judgePassword, wordsOfEmail } from "../../src/domain/password.ts";

const common = new Set(COMMON_PASSWORDS.split("\n"));
const words = [...wordsOfEmail("ada.lovelace@difference-engine.example"), "analytical", "Analytical Engines"];
const judge = (password: string) => judgePassword(password, words, common, "password")?.detail ?? null;

describe("a new password", () => {
  it("[S1] has 15 to 256 code points, however many bytes they take", () => {
    expect(judge("kx7-wq2-mn4-zt")).toContain("at least 15");
    expect(judge("kx7-wq2-mn4-zt9")).toBeNull();
    const clefs = (count: number) =>
      Array.from({ length: count }, (_, i) => String.fromCodePoint(0x1d100 + ((i * 7) % 97)));
    expect(judge(clefs(14).join(""))).toContain("at least 15");
    expect(judge(clefs(15).join(""))).toBeNull();
    expect(judge(clefs(256).join(""))).toBeNull();
    expect(judge(clefs(257).join(""))).toContain("at most 256");
    expect(judge("a lone \ud800 surrogate")).toContain("well-formed");
  });

  it("[S1] needs no digits, no capitals, no signs; blanks and any script will do", () => {
    for (const password of [
      "correct horse battery staple",
      "onlysmalllettershere",
      "827164039518273",
      "  spaces at both ends  ",
      "пароль который помню",
      "正确的马电池订书钉很好很好很好",
      "kitchen lamp, three boats",
    ]) {
      expect(judge(password), password).toBeNull();
    }
  });

  it("[S1] is none of the 3,000 most common, in no case, nor one of them twice or two side by side", () => {
    expect(common.size).toBeGreaterThanOrEqual(2_950);
    const long = [...common].filter((one) => one.length >= 15);
    expect(long.length).toBeGreaterThan(20);
    for (const one of long) expect(judge(one), one).not.toBeNull();
    for (const one of [...common].slice(0, 3_000)) {
      const doubled = one.repeat(Math.ceil(15 / one.length) + 1);
      expect(judge(doubled), doubled).not.toBeNull();
      expect(judge(doubled.toUpperCase()), doubled).not.toBeNull();
    }
    expect(judge("PassWordPassWord")).toContain("common");
    expect(judge("password12345678")).toContain("common");
  });

  it("[S1] is no sequence and no short unit over and over", () => {
    for (const password of [
      "123456789012345",
      "abcdefghijklmnop",
      "qwertyuiopasdfghjkl",
      "zyxwvutsrqponmlk",
      "aaaaaaaaaaaaaaaa",
      "abcabcabcabcabca",
      "aaaaabbbbbccccc",
      "987654321098765",
    ]) {
      expect(judge(password), password).toContain("common");
    }
  });

  it("[S1] says more than the address, the site and the workspace", () => {
    for (const password of [
      "ada.lovelace@difference-engine.example",
      "Ada.Lovelace1843",
      "lovelace-lovelace!",
      "Groundswell2026!!",
      "groundswellpassword",
      "analyticalengines",
      "Difference-Engine-1",
    ]) {
      expect(judge(password), password).not.toBeNull();
    }
    expect(judge("groundswell of violet herons")).toBeNull();
  });
});
