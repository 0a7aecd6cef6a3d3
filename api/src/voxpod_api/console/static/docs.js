// The OpenAPI document for people: every call, what it takes and what it answers.

import { byId, element } from "./elements.js";

let schemas = {};

const resolved = (schema = {}) => (schema.$ref ? schemas[schema.$ref.split("/").pop()] : schema) ?? {};

// A type in a few words: `string, 1 to 10000 characters`.
function typeOf(schema = {}) {
  if (schema.$ref) return schema.$ref.split("/").pop();
  if (schema.anyOf) return schema.anyOf.map(typeOf).filter((one) => one !== "null").join(" or ");
  if (schema.enum) return schema.enum.join(", ");
  if ("const" in schema) return String(schema.const);
  if (schema.type === "array") return `list of ${typeOf(schema.items)}`;
  const [from, to] = [schema.minimum ?? schema.minLength, schema.maximum ?? schema.maxLength];
  const range = from === undefined && to === undefined ? "" : `, ${from ?? ""} to ${to ?? ""}`;
  return `${schema.type ?? "any"}${range}${schema.maxLength ? " characters" : ""}`;
}

function fields(place, title, rows) {
  const head = element("tr", {}, ...["Name", "Type", "Default", "What"].map((text) => cell("th", text, { scope: "col" })));
  const body = rows.map(({ name, required, schema, description }) =>
    element(
      "tr",
      {},
      cell("td", name),
      cell("td", typeOf(schema)),
      cell("td", required ? "required" : (schema?.default ?? "")),
      cell("td", description ?? schema?.description ?? ""),
    ),
  );
  const table = element("table", {}, element("caption", { textContent: title }), element("thead", {}, head), element("tbody", {}, ...body));
  const wide = element("div", { className: "wide", tabIndex: 0, role: "region" }, table);
  wide.setAttribute("aria-label", `${place}: ${title}`);
  return wide;
}

const cell = (name, text, more = {}) => element(name, { textContent: String(text), ...more });

function properties(schema) {
  const { properties: all = {}, required = [] } = resolved(schema);
  return Object.entries(all).map(([name, one]) => ({ name, schema: one, required: required.includes(name) }));
}

function call(path, method, operation) {
  const id = `${method}-${path}`.replaceAll(/[^a-z0-9]+/gi, "-");
  const place = `${method.toUpperCase()} ${path}`;
  const shown = element("section", { id }, cell("h2", place), cell("p", operation.description ?? ""));
  shown.setAttribute("aria-label", place);
  if (operation.parameters?.length) shown.append(fields(place, "In the URL", operation.parameters));
  const body = Object.values(operation.requestBody?.content ?? {})[0];
  if (body) shown.append(fields(place, "Body, JSON", properties(body.schema)));
  for (const [status, answer] of Object.entries(operation.responses)) {
    if (status.endsWith("XX")) continue;
    const rows = properties(answer.content?.["application/json"]?.schema);
    if (rows.length) shown.append(fields(place, `Answer ${status}`, rows));
    else shown.append(cell("p", `Answer ${status}: ${Object.keys(answer.content ?? {}).join(", ")}`));
  }
  return shown;
}

const answer = await fetch("/openapi.json");
const document_ = await answer.json();
schemas = document_.components.schemas;
for (const [path, methods] of Object.entries(document_.paths)) {
  for (const [method, operation] of Object.entries(methods)) byId("calls").append(call(path, method, operation));
}
byId("calls").append(
  element("section", {}, cell("h2", "Errors"), fields("Errors", "Answer 4XX and 5XX: {error}", properties(schemas.ErrorFacts))),
);
