// From pages of two origins, send requests to a third one, and print what their scripts could read.
import chromium from "@sparticuz/chromium";
import puppeteer from "puppeteer-core";

const [api, ...pages] = process.argv.slice(2);
// The package turns off what this is about.
const args = chromium.args.filter((arg) => !/web-security|isolat|insecure/.test(arg));
const browser = await puppeteer.launch({
  executablePath: await chromium.executablePath(),
  args: [...args, "--no-sandbox", "--host-resolver-rules=MAP *.test 127.0.0.1"],
  headless: "shell",
});

const json = { "Content-Type": "application/json" };
const calls = {
  read: ["/orders"],
  "with-cookie": ["/orders", { credentials: "include" }],
  "plain-post": ["/orders", { method: "POST", body: "text" }],
  put: ["/orders", { method: "PUT", headers: { ...json, Authorization: "Bearer x" }, body: '{"amount": 1}' }],
  "unlisted-method": ["/orders", { method: "DELETE" }],
  "unlisted-header": ["/orders", { headers: { "X-Evil": "1" } }],
  redirected: ["/orders/"],
  streamed: ["/stream"],
  unauthorized: ["/login"],
  missing: ["/none"],
  invalid: ["/orders", { method: "PUT", headers: json, body: '{"amount": "planted"}' }],
  failing: ["/fails"],
  "outside-of-the-paths": ["/internal"],
  "no-cors": ["/orders", { mode: "no-cors" }],
};

const seen = {};
for (const url of pages) {
  const page = await browser.newPage();
  await page.goto(url);
  seen[url] = await page.evaluate(
    async (api, calls) => {
      await fetch(`${api}/api/cookie`, { method: "POST", credentials: "include" }).catch(() => null);
      const found = {};
      for (const [name, [path, options]] of Object.entries(calls)) {
        const prefix = path === "/internal" ? "" : "/api";
        try {
          const response = await fetch(api + prefix + path, options);
          found[name] = {
            status: response.status,
            text: await response.text(),
            id: response.headers.get("X-Request-ID"),
            own: response.headers.get("X-Own"),
          };
        } catch (error) {
          found[name] = error.name;
        }
      }
      return found;
    },
    api,
    calls,
  );
}
await browser.close();
console.log(JSON.stringify(seen));
