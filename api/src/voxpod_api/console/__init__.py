"""The page at `/`: try it in a browser. Plain modules, no build step; all that it does goes through the API."""
