"""How other programs are told of this server: a command, a few lines of Python, and variables. Pure text."""

import json
import shlex

NO_KEY = "none"
"""The official client refuses to start without one."""
QUESTION = "Hello"
PERSONA_MODEL = "persona:{}"
"""How a persona is named where a model is asked for."""


def curl_example(address: str, model: str, key: str | None = None) -> str:
    body = {"model": model, "messages": [{"role": "user", "content": QUESTION}], "stream": True}
    lines = [f"curl -N {shlex.quote(address + '/v1/chat/completions')}", "-H 'Content-Type: application/json'"]
    if key is not None:
        lines.append(f"-H {shlex.quote(f'Authorization: Bearer {key}')}")
    lines.append(f"-d {shlex.quote(json.dumps(body))}")
    return " \\\n  ".join(lines) + "\n"


def python_example(address: str, model: str, key: str | None = None) -> str:
    """For the `openai` package."""
    return f"""from openai import OpenAI

client = OpenAI(base_url={json.dumps(address + "/v1")}, api_key={json.dumps(key or NO_KEY)})
stream = client.chat.completions.create(
    model={json.dumps(model)},
    messages=[{{"role": "user", "content": {json.dumps(QUESTION)}}}],
    stream=True,
)
for chunk in stream:
    if chunk.choices:
        print(chunk.choices[0].delta.content or "", end="", flush=True)
print()
"""


def environment_example(address: str, key: str | None = None) -> str:
    """One line for a shell."""
    return f"export OPENAI_BASE_URL={shlex.quote(address + '/v1')} OPENAI_API_KEY={shlex.quote(key or NO_KEY)}\n"
