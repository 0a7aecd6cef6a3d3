"""`python idle_client.py PORT ADDRESS`: what a hostile sandbox does to an endpoint with nothing but sockets, from that address.

Orders come on standard input. `KIND COUNT` opens so many connections and answers how many are still open; KIND is silent (no
byte), tls (a handshake and nothing) or half (half of a request line). `wait KIND` answers when the server has closed them all.
"""

import contextlib
import socket
import ssl
import sys

PORT, ADDRESS = int(sys.argv[1]), sys.argv[2]
TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
TLS.check_hostname, TLS.verify_mode = False, ssl.CERT_NONE
held: dict[str, list[socket.socket]] = {}


def connect(kind: str) -> socket.socket | None:
    made = socket.create_connection(("127.0.0.1", PORT), timeout=60, source_address=(ADDRESS, 0))
    if kind == "silent":
        return made
    try:
        secured = TLS.wrap_socket(made)
        if kind == "half":
            secured.send(b"GET /v1/cl")
    except OSError:
        made.close()
        return None
    return secured


def wait_until_closed(connection: socket.socket) -> None:
    with contextlib.suppress(ConnectionError, ssl.SSLError):  # but not a timeout: that is a server that does not close
        while connection.recv(4096):
            pass


for line in sys.stdin:
    order, rest = line.split()
    if order == "wait":
        for one in held[rest]:
            wait_until_closed(one)
        print("closed", flush=True)
    else:
        held[order] = [c for _ in range(int(rest)) if (c := connect(order)) is not None]
        print(len(held[order]), flush=True)
