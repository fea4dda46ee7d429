"""A program that speaks JSON with the API, as one of the cast or as nobody."""

from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

API = "/api/v1"
CALM = {
    "safe_now": "yes", "seen": "上课常走神，午饭没吃。", "families": ["mood", "eating_sleep"], "since": "longer",
    "urgency": "this_week", "with_whom": "同桌陪着",
}
GRAVE = {**CALM, "safe_now": "unsure", "families": ["self_harm"], "urgency": "today"}
PACKET = {
    "basis": "SELF_HARM", "reason": "需要专业评估", "summary": "持续两周情绪低落", "student_told": "yes",
}


@dataclass
class Program:
    """Sends and reads JSON; an answer that is not asked for as such must be a success."""

    client: FlaskClient

    def ask(self, method: str, path: str, **request: Any) -> TestResponse:
        """Send a request to the API and return the answer, whatever it is."""
        address = path if path.startswith("/api/") else API + path
        return self.client.open(address, method=method, base_url="https://localhost", **request)

    def get(self, path: str, **query: Any) -> Any:
        """Return what stands at an address."""
        answer = self.ask("GET", path, query_string=query)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.json

    def post(self, path: str, **body: Any) -> Any:
        """Do something and return what came of it, None for an empty answer."""
        answer = self.ask("POST", path, json=body)
        assert answer.status_code in (200, 201, 204), answer.get_data(as_text=True)
        return answer.json if answer.status_code != 204 else None

    def refused(self, path: str, *, method: str = "POST", **body: Any) -> tuple[int, str | None]:
        """Return status and code of what is refused."""
        answer = self.ask(method, path, **({"json": body} if method != "GET" else {}))
        assert answer.status_code >= 400, answer.get_data(as_text=True)
        assert answer.content_type == "application/problem+json"
        assert answer.json["status"] == answer.status_code
        return answer.status_code, answer.json.get("code")

    def raise_concern(self, student_id: Any, **answers: Any) -> str:
        """Raise a concern and return its id."""
        return str(self.post(f"/students/{student_id}/concerns", **(answers or CALM))["id"])

    def does(self, concern: str, deed: str, **given: Any) -> Any:
        """Do a deed to a concern as it stands now."""
        version = self.get(f"/concerns/{concern}")["version"]
        return self.post(f"/concerns/{concern}/deeds/{deed}", version=version, **given)
