"""E-mail verification, through a real SMTP session."""
import email
import re

import pytest

from kit.mail import MailServer
from kit.server import Server, free_port


@pytest.fixture(scope="module")
def mail():
    with MailServer() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def verifying(mail):
    port = free_port()
    with Server(port=port, KOHAKU_HUB_REQUIRE_EMAIL_VERIFICATION="true", KOHAKU_HUB_SMTP_ENABLED="true",
                KOHAKU_HUB_SMTP_HOST="127.0.0.1", KOHAKU_HUB_SMTP_PORT=str(mail.port), KOHAKU_HUB_SMTP_TLS="false",
                KOHAKU_HUB_SMTP_FROM="hub@example.org", KOHAKU_HUB_BASE_URL=f"http://127.0.0.1:{port}") as hub:
        yield hub


def link_in(message: str, base: str) -> str:
    text = email.message_from_string(message)
    parts = [part.get_payload(decode=True).decode() for part in text.walk() if not part.is_multipart()]
    found = re.search(re.escape(base) + r"(/api/auth/verify-email\?token=[\w.~%-]+)", "\n".join(parts))
    assert found, message
    return found[1]


def test_registration_needs_the_link_from_the_mail(verifying, mail):
    person = {"username": "newcomer", "email": "newcomer@example.org", "password": "A-long-passw0rd"}
    answer = verifying.post("/api/auth/register", person)
    assert answer["success"] is True and answer["email_verified"] is False
    login = {"username": "newcomer", "password": "A-long-passw0rd"}
    assert verifying.request("POST", "/api/auth/login", login).status == 403

    sender, recipients, text = mail.wait_for(1)[0]
    assert "hub@example.org" in sender and "newcomer@example.org" in recipients[0]
    link = link_in(text, verifying.url)
    forged = verifying.request("GET", link[:-4] + "AAAA")
    assert forged.status == 302 and forged.headers["Location"].startswith("/?error=invalid_token")
    assert verifying.request("POST", "/api/auth/login", login).status == 403

    good = verifying.request("GET", link)
    assert good.status == 302 and good.headers["Location"] == "/newcomer", good.headers
    assert "session_id=" in good.headers["Set-Cookie"]
    assert verifying.request("POST", "/api/auth/login", login).status == 200
    again = verifying.request("GET", link)
    assert again.headers["Location"].startswith("/?error=invalid_token"), "a link works once"


def test_whom_the_operator_makes_needs_no_mail(verifying, mail):
    person = verifying.user("alice")
    assert verifying.request("GET", "/api/whoami-v2", token=person.token).json()["emailVerified"] is True
    assert verifying.request("POST", "/api/auth/login",
                             {"username": "alice", "password": person.password}).status == 200
