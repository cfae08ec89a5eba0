"""The page at /docs, made from the OpenAPI document: one file, no scripts, nothing fetched from anywhere.

FastAPI's own page loads its parts from a CDN, and this program must work without a network. Pure functions.
"""

import json
from collections.abc import Iterator
from html import escape
from typing import Any

STYLE = """\
:root { color-scheme: light dark; --ink: #1d2129; --soft: #5d6675; --line: #d9dde4; --code: #f3f4f7; --paper: #fff; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e5e8ee; --soft: #98a2b3; --line: #363c47; --code: #20242c; --paper: #16191f; }
}
body { margin: 0 auto; padding: 32px 24px 64px; max-width: 900px; color: var(--ink); background: var(--paper);
  font: 16px/1.5 system-ui, sans-serif; }
h1 { margin: 0; } h2 { margin: 48px 0 8px; padding-top: 16px; border-top: 1px solid var(--line); }
h3 { margin: 24px 0 8px; }
code, pre { font-family: ui-monospace, monospace; font-size: 14px; }
pre { padding: 16px; overflow-x: auto; background: var(--code); border-radius: 8px; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: 6px 16px 6px 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
th { color: var(--soft); font-weight: 500; } td:first-child { white-space: nowrap; } .soft { color: var(--soft); }
"""
BOUNDS = {"minimum": "at least {}", "maximum": "at most {}", "minItems": "at least {} of them", "const": "always {}"}


def docs_page(document: dict[str, Any]) -> str:
    info = document["info"]
    parts = [
        f"<h1>{escape(info['title'])} <span class=soft>{escape(info['version'])}</span></h1>",
        f"<p>{escape(info.get('description', ''))}</p>",
        '<p class=soft>The same as a document for programs: <a href="/openapi.json">/openapi.json</a></p>',
    ]
    parts += [_endpoint(document, addresses, operation) for addresses, operation in _endpoints(document)]
    title = f"<title>{escape(info['title'])}: HTTP</title>"
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width">{title}<style>{STYLE}</style>'
    return f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body>\n{"".join(parts)}</body></html>\n'


def _endpoints(document: dict[str, Any]) -> Iterator[tuple[list[str], dict[str, Any]]]:
    """Each operation once, with all its addresses such as `POST /generate`."""
    found: dict[str, tuple[list[str], dict[str, Any]]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            alike = json.dumps(operation | {"operationId": method})
            found.setdefault(alike, ([], operation))[0].append(f"{method.upper()} {path}")
    yield from found.values()


def _endpoint(document: dict[str, Any], addresses: list[str], operation: dict[str, Any]) -> str:
    titles = " and ".join(f"<code>{escape(address)}</code>" for address in addresses)
    path = addresses[0].split()[1]
    parts = [
        f"<h2>{titles}</h2>",
        f"<p>{escape(operation.get('summary', ''))}. {escape(operation.get('description', ''))}</p>",
        f"<pre>{escape(_curl(path, _body(operation)))}</pre>",
    ]
    if schema := _body(operation).get("schema"):
        parts.append(f"<h3>Body</h3>{_fields(document, schema)}")
    for status, response in operation["responses"].items():
        parts.append(f"<h3>{status}</h3><p>{escape(response.get('description', ''))}</p>")
        if status == "200" or "Problem" not in str(response):
            parts += [_content(document, kind, shown) for kind, shown in response.get("content", {}).items()]
    return "\n".join(parts) + "\n"


def _body(operation: dict[str, Any]) -> dict[str, Any]:
    content: dict[str, Any] = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    return content


def _curl(path: str, body: dict[str, Any]) -> str:
    address = f"http://127.0.0.1:8765{path}"
    if not body:
        return f"curl {address}"
    example = json.dumps(body["example"], ensure_ascii=False)
    return f"curl -N {address} \\\n  -H 'Content-Type: application/json' \\\n  -d '{example}'"


def _content(document: dict[str, Any], kind: str, shown: dict[str, Any]) -> str:
    schema = shown.get("schema", {})  # none where a document cannot say it, as for server-sent events
    tables = "".join(_fields(document, each) for each in schema.get("oneOf", [schema]))
    example = f"<pre>{escape(shown['example'])}</pre>" if "example" in shown else ""
    return f"<p><code>{escape(kind)}</code></p>{example}{tables}"


def _fields(document: dict[str, Any], schema: dict[str, Any]) -> str:
    schema = _resolve(document, schema)
    required = schema.get("required", [])
    rows = "".join(
        f"<tr><td><code>{escape(name)}</code></td><td>{escape(_type(document, field))}</td>"
        f"<td>{escape(_default(field, name in required))}</td><td>{escape(field.get('description', ''))}</td></tr>\n"
        for name, field in schema.get("properties", {}).items()
    )
    heads = "".join(f"<th>{head}</th>" for head in ("Field", "Type and bounds", "Default", "Meaning"))
    text = f"<p class=soft>{escape(schema.get('description', ''))}</p>"
    return f"{text}<table><tr>{heads}</tr>\n{rows}</table>"


def _resolve(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in schema:
        return schema
    found: dict[str, Any] = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return found


def _type(document: dict[str, Any], field: dict[str, Any]) -> str:
    """A field's type and bounds in words: `number, at least 0.0, at most 2.0`."""
    field = _resolve(document, field)
    if "anyOf" in field:
        return " or ".join(_type(document, each) for each in field["anyOf"])
    if "enum" in field:
        return " or ".join(json.dumps(each) for each in field["enum"])
    kind = str(field.get("type", "any"))
    if kind == "array":
        kind = f"list of {_type(document, field['items'])}"
    elif kind == "object" and "properties" in field:
        inner = (f"{name}: {_type(document, each)}" for name, each in field["properties"].items())
        kind = "{" + ", ".join(inner) + "}"
    return ", ".join([kind, *(words.format(field[key]) for key, words in BOUNDS.items() if key in field)])


def _default(field: dict[str, Any], is_required: bool) -> str:
    if "default" in field:
        return json.dumps(field["default"])
    return "required" if is_required else ""
