"""Calls over HTTP of a service that asks who calls."""

from edges.http.calling import CHECK, JSON, Reply, send
from running import Running

KNOWLEDGE = "/v1/KnowledgeService"


def posted(service: Running, shown: str | None = None, path: str = CHECK, **headers: str) -> Reply:
    told = {"authorization": f"Bearer {shown}"} if shown else {}
    return send(service.http_at, path, headers=JSON | told | headers)


def got(service: Running, path: str, shown: str | None = None, **headers: str) -> Reply:
    told = {"authorization": f"Bearer {shown}"} if shown else {}
    return send(service.http_at, path, "", told | headers, "GET")
