// The bookshop, called through a client that is generated from its document.
import createClient from "openapi-fetch";
import type { paths } from "./bookshop.js";

const headers = { Authorization: "Bearer open-sesame" };
const client = createClient<paths>({ baseUrl: process.argv[2] });
const key = { header: { "Idempotency-Key": crypto.randomUUID() } };

const added = await client.POST("/v2/books", { params: key, body: { title: "Dune", copies: 2 }, headers });
if (added.data === undefined) throw new Error(`not added: ${added.error.title}`);
const number: number = added.data.id;

const path = { number };
const shown = await client.GET("/v2/books/{number}", { params: { path } });
const tag: string = shown.response.headers.get("ETag") ?? "";

const body = { title: "Dune Messiah" };
const changed = await client.PUT("/v2/books/{number}", { params: { path, header: { "If-Match": tag } }, body, headers });
const late = await client.PUT("/v2/books/{number}", { params: { path, header: { "If-Match": tag } }, body, headers });

const missing = await client.GET("/v2/books/{number}", { params: { path: { number: 999 } } });
const found = await client.GET("/v2/books", { params: { query: { text: "Messiah", page_size: 5 } } });
const titles: string[] = found.data?.items.map((book) => book.title) ?? [];

console.log(
  JSON.stringify({
    number,
    copies: changed.data?.copies,
    late: late.error?.status,
    missing: missing.error?.detail,
    titles,
  }),
);
