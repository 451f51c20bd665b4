// In a browser: log in with cookies, attack from other pages, refresh in two tabs at once, and log out.
import { readFileSync } from "node:fs";
import chromium from "@sparticuz/chromium";
import puppeteer from "puppeteer-core";

const [shop, sibling, foreign, snippetFile] = process.argv.slice(2);
const snippet = readFileSync(snippetFile, "utf8");
// The package turns off what this is about.
const args = chromium.args.filter((arg) => !/web-security|isolat|insecure/.test(arg));
const browser = await puppeteer.launch({
  executablePath: await chromium.executablePath(),
  args: [...args, "--no-sandbox", "--host-resolver-rules=MAP *.test 127.0.0.1"],
  headless: "shell",
});
const open = async (url) => {
  const page = await browser.newPage();
  await page.goto(url);
  return page;
};
const seen = {};
const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const expire = () => sleep(2100);

const page = await open(`${shop}/page`);
await page.addScriptTag({ content: snippet });
seen.before = await page.evaluate(async () => (await api("/orders")).status);
seen.login = await page.evaluate(async () => {
  const body = new URLSearchParams({ name: "ann" });
  return (await fetch("/login", { method: "POST", body })).json();
});
seen.readable = await page.evaluate(() => document.cookie.split("; ").map((part) => part.split("=")[0]).sort());
seen.read = await page.evaluate(async () => (await api("/orders")).json());
seen.written = await page.evaluate(async () => (await api("/orders", { method: "POST", body: "ours" })).status);
seen.withoutTheValue = await page.evaluate(async () => {
  const response = await fetch("/orders", { method: "POST", body: "theirs" });
  return [response.status, (await response.json()).code];
});

for (const [name, url] of [["sibling", sibling], ["foreign", foreign]]) {
  const attacker = await open(`${url}/page`);
  seen[name] = await attacker.evaluate(async (shop) => {
    document.cookie = "csrf=known; domain=shop.test; path=/";
    const send = (options) =>
      fetch(`${shop}/orders`, { method: "POST", body: "theirs", credentials: "include", ...options }).then(
        (response) => response.type,
        (error) => error.name,
      );
    return [await send({ mode: "no-cors" }), await send({ headers: { "X-CSRF-TOKEN": "known" } })];
  }, shop);
  await attacker.evaluate((shop) => {
    document.body.innerHTML = `<form method="post" action="${shop}/orders"><input name="body" value="theirs"></form>`;
    document.forms[0].submit();
  }, shop);
  await attacker.waitForNavigation().catch(() => null);
  await attacker.close();
}

const other = await open(`${shop}/page`);
await other.addScriptTag({ content: snippet });
const both = () => Promise.all([page, other].map((tab) => tab.evaluate(async () => (await api("/orders")).status)));
await expire();
seen.expired = await page.evaluate(async () => (await (await fetch("/orders")).json()).code);
seen.tabs = [await both()];
await expire();
seen.tabs.push(await both());

seen.logout = await page.evaluate(async () => (await logOut()).status);
seen.after = await Promise.all([page, other].map((tab) => tab.evaluate(async () => (await api("/orders")).status)));
seen.left = await page.evaluate(() => document.cookie);
await browser.close();
console.log(JSON.stringify(seen));
