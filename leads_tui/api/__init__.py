"""The Leads API over HTTP: no Textual, no files.

`models` and `errors` are light and are all that the desk imports; `client` brings httpx and is imported late.
"""
