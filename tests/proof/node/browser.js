// Open Swagger UI, call an operation with a bearer token, and print what the browser saw.
import chromium from "@sparticuz/chromium";
import puppeteer from "puppeteer-core";

const origin = process.argv[2];
const browser = await puppeteer.launch({
  executablePath: await chromium.executablePath(),
  args: [...chromium.args, "--no-sandbox"],
  headless: "shell",
});
const page = await browser.newPage();
await page.setViewport({ width: 1200, height: 1000 });
const seen = { console: [], requests: [], violations: [] };
page.on("console", (message) => seen.console.push(message.text()));
page.on("pageerror", (error) => seen.console.push(error.message));
page.on("request", (request) => seen.requests.push(request.url()));
await page.evaluateOnNewDocument(() => {
  window.violations = [];
  document.addEventListener("securitypolicyviolation", (event) =>
    window.violations.push(`${event.violatedDirective} ${event.blockedURI}`),
  );
});

await page.goto(`${origin}/docs`, { waitUntil: "networkidle0" });
await page.waitForSelector(".opblock");
seen.operations = await page.$$eval(".opblock-summary-path", (found) => found.map((each) => each.textContent));

await page.click(".btn.authorize");
await page.waitForSelector(".auth-container input");
await page.type(".auth-container input", "open-sesame");
await page.click(".auth-btn-wrapper .authorize");
await page.click(".auth-btn-wrapper .btn-done");

const operation = ".opblock-post";
await page.click(`${operation} .opblock-summary-control`);
await page.waitForSelector(`${operation} .try-out__btn`);
await page.click(`${operation} .try-out__btn`);
await page.waitForSelector(`${operation} .parameters input`);
await page.type(`${operation} .parameters input`, "from-the-page");
await page.click(`${operation} .execute`);
await page.waitForSelector(`${operation} .live-responses-table .response-col_status`);
seen.status = await page.$eval(
  `${operation} .live-responses-table tbody .response-col_status`,
  (found) => found.textContent.trim(),
);
seen.violations = await page.evaluate(() => window.violations);
await browser.close();
console.log(JSON.stringify(seen));
