"""What `benchmarks/hello` answers, written for Falcon alone: the peer of the HTTP benchmark."""

from __future__ import annotations

import falcon


class Hello:
    """Answer GET /hello/{name}."""

    def on_get(self, _request: falcon.Request, response: falcon.Response, name: str) -> None:
        response.media = {"message": f"hello, {name}", "length": len(name)}


app = falcon.App()
app.add_route("/hello/{name}", Hello())
