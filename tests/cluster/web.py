"""Asking a site over HTTP as a program does, and judging answers by what /openapi.json says of them."""
import http.client
import json
import re


class Web:
    """A site's address, and perhaps a token; one connection a request."""

    def __init__(self, address, token=None):
        self.address, self.token = address, token

    def ask(self, method, path, body=None, **headers):
        """Status, headers (a name in any case), body (bytes). headers: content_type="…" is Content-Type; None takes one away."""
        sent = {k.replace("_", "-").title(): v for k, v in headers.items()}
        if self.token:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        if body is not None and not isinstance(body, bytes):
            body, _ = json.dumps(body).encode(), sent.setdefault("Content-Type", "application/json")
        connection = http.client.HTTPConnection(self.address, timeout=30)
        try:
            connection.request(method, path, body, {k: v for k, v in sent.items() if v is not None})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def json(self, method, path, body=None, **headers):
        status, _, text = self.ask(method, path, body, **headers)
        return status, json.loads(text)


class Described:
    """An OpenAPI 3.1 description, as far as allied's goes."""

    def __init__(self, document):
        self.document = document

    def operations(self):
        """(method, path, operation), each."""
        for path, item in self.document["paths"].items():
            for method, operation in item.items():
                yield method.upper(), path, operation

    def operation(self, method, path):
        """The one that such a request is for; None: there is none."""
        for known, pattern, operation in self.operations():
            form = re.escape(pattern.replace("by-source/{", "by-source/<")).replace(r"by\-source/<", r"by\-source/.*\{")
            if known == method and re.fullmatch(re.sub(r"\\{[^}]*}", "[^/]+", form), path.split("?")[0]):
                return operation
        return None

    def asked_faults(self, operation, body, kind):
        """What a request's body has that the description does not say."""
        schema = operation.get("requestBody", {}).get("content", {}).get(kind, {}).get("schema")
        return [f for value in values_of(kind, body) for f in self.misfits(schema, value, "asked")] if schema else []

    def faults(self, operation, status, headers, body):
        """What an answer has that the description does not say."""
        said = operation["responses"].get(str(status)) or operation["responses"].get(f"{status // 100}XX")
        if said is None:
            return [f"{status} is not described"]
        content, kind = said.get("content", {}), headers.get("content-type", "").split(";")[0]
        if not content:
            return [f"{status} has a body"] if body else []
        if kind not in content:
            return [f"{status} is {kind or 'without a type'}, not of {sorted(content)}"]
        schema = content[kind].get("schema")
        if schema is None or not kind.endswith("json"):
            return []
        return [f for value in values_of(kind, body) for f in self.misfits(schema, value, "$")]

    def misfits(self, schema, value, at):
        """What a value has that its schema does not allow or does not name: the words of JSON Schema that schemas.c uses."""
        known = {"$ref", "type", "required", "properties", "items", "enum", "pattern", "additionalProperties", "description", "anyOf", "const"}
        odd = sorted(set(schema) - known)
        if odd:
            return [f"{at}: the checker does not know {odd}"]
        if "$ref" in schema:
            where, name = schema["$ref"].rsplit("/", 1)
            if where != "#/components/schemas" or name not in self.document["components"]["schemas"]:
                return [f"{at}: {schema['$ref']} leads nowhere"]
            return self.misfits(self.document["components"]["schemas"][name], value, at)
        if "anyOf" in schema:
            tried = [self.misfits(s, value, at) for s in schema["anyOf"]]
            return [] if [] in tried else [f"{at} is none of {len(tried)}:"] + min(tried, key=len)
        if "const" in schema and value != schema["const"]:
            return [f"{at} is {value!r}, not {schema['const']!r}"]
        if "type" in schema and not any(is_type(value, t) for t in aslist(schema["type"])):
            return [f"{at} is {json.dumps(value)[:60]}, not {schema['type']}"]
        if "enum" in schema and value not in schema["enum"]:
            return [f"{at} is {value!r}, not of {schema['enum']}"]
        if "pattern" in schema and isinstance(value, str) and not re.search(schema["pattern"], value):
            return [f"{at} is {value!r}, not {schema['pattern']}"]
        found = []
        if isinstance(value, dict):
            found += [f"{at} lacks {k}" for k in schema.get("required", []) if k not in value]
            for k, v in value.items():
                inner = schema.get("properties", {}).get(k, schema.get("additionalProperties"))
                if inner is None and "type" in schema:
                    found.append(f"{at} has {k}, which is not named")
                elif isinstance(inner, dict):
                    found += self.misfits(inner, v, f"{at}.{k}")
        if isinstance(value, list) and "items" in schema:
            for i, v in enumerate(value):
                found += self.misfits(schema["items"], v, f"{at}[{i}]")
        return found


def values_of(kind, body):
    """A body's JSON; of JSON lines, each line's."""
    return [json.loads(one) for one in (body.splitlines() if kind.endswith(("ndjson", "jsonl")) else [body])]


def aslist(value):
    return value if isinstance(value, list) else [value]


def is_type(value, name):
    kinds = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None), "integer": int, "number": (int, float)}
    return isinstance(value, kinds[name]) and not (name in ("integer", "number") and isinstance(value, bool))
