// Grade what is served at HOST:PORT[/path], by http and https on one port, and print it as JSON.
import fs from "node:fs";
import csp from "csp_evaluator/dist/evaluator.js";
import { Severity } from "csp_evaluator/dist/finding.js";
import { CspParser } from "csp_evaluator/dist/parser.js";

const conf = "node_modules/@mdn/mdn-http-observatory/conf/hsts-preload.json";
// Its script of installation would download a list of hosts, among which ours is not.
if (!fs.existsSync(conf)) fs.writeFileSync(conf, "{}");
const { scan } = await import("@mdn/mdn-http-observatory/src/scanner/index.js");

const { scan: result, tests } = await scan(process.argv[2]);
const policy = result.responseHeaders["content-security-policy"] ?? null;
const findings = new csp.CspEvaluator(new CspParser(policy ?? "").csp).evaluate();
console.log(
  JSON.stringify({
    grade: result.grade,
    score: result.score,
    tests: Object.fromEntries(Object.entries(tests).map(([name, test]) => [name, [test.result, test.scoreModifier]])),
    policy,
    findings: findings.map((each) => ({
      severity: Severity[each.severity],
      is_grave: each.severity <= Severity.HIGH_MAYBE,
      directive: each.directive,
      description: each.description,
    })),
  }),
);
