"""Run inside a pod: HTTPS requests to the dispatch endpoint, one after the other. Standard library only.

in:  {"host", "port", "ca", "token_file", "calls": [{"method", "path", "token" (the pod's own without it), "body"}]}
out: [[status, body], ...]
"""

import http.client
import json
import pathlib
import ssl
import sys

order = json.load(sys.stdin)
context = ssl.create_default_context(cadata=order["ca"])
answers = []
for call in order["calls"]:
    token = call.get("token")
    if token is None:
        token = pathlib.Path(order["token_file"]).read_text().strip()
    connection = http.client.HTTPSConnection(order["host"], order["port"], timeout=40, context=context)
    connection.request(
        call["method"], call["path"], call.get("body"), {"Authorization": f"Bearer {token}"} if token else {}
    )
    response = connection.getresponse()
    answers.append([response.status, response.read().decode()])
    connection.close()
print(json.dumps(answers))
