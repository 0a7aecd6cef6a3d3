from fastapi.routing import APIRoute

from voxpod_api.main import create_app


async def test_healthz_says_ok() -> None:
    route = next(r for r in create_app().routes if isinstance(r, APIRoute) and r.path == "/healthz")
    assert await route.endpoint() == {"status": "ok"}
