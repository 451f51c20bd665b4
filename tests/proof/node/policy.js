// Open the site in a browser, use it, attack it, and print what was seen.
import chromium from "@sparticuz/chromium";
import puppeteer from "puppeteer-core";

const [origin, key] = process.argv.slice(2);
const browser = await puppeteer.launch({
  executablePath: await chromium.executablePath(),
  args: [...chromium.args, "--no-sandbox", `--ignore-certificate-errors-spki-list=${key}`],
  headless: "shell",
});
const page = await browser.newPage();
await page.evaluateOnNewDocument(() => {
  window.violations = [];
  document.addEventListener("securitypolicyviolation", (event) => window.violations.push(event.effectiveDirective));
});
await page.goto(origin, { waitUntil: "networkidle0" });
await page.type("input", "abc");
const seen = {
  left: await page.$eval("#left", (found) => found.textContent),
  font: await page.$eval("body", (found) => getComputedStyle(found).fontFamily),
  before: await page.evaluate(() => window.violations),
  cookie: await page.evaluate(() => document.cookie),
};
await Promise.all([page.waitForNavigation(), page.click("button")]);
seen.notes = await page.$$eval("li", (found) => found.map((each) => each.textContent));
seen.visits = await page.$eval("p", (found) => found.textContent);

await page.evaluate(() => {
  const script = document.createElement("script");
  script.textContent = "window.stolen = true";
  document.body.append(script);
  document.body.insertAdjacentHTML("beforeend", '<p onclick="window.stolen = true" style="color: red">Click</p>');
});
await page.click("p[onclick]");
seen.stolen = await page.evaluate(() => window.stolen ?? false);
// Their events come a little later than what has caused them.
await page.waitForFunction(() => window.violations.length > 2);
seen.after = await page.evaluate(() => window.violations);
await browser.close();
console.log(JSON.stringify(seen));
