"""Takes schemathesis past the first door: captchas solved with the key, a person whom the registry knows, drafts and sessions that
are alive, photos that are photos. Without this every request ends at captcha-wrong, draft-expired or login-failed."""

import hashlib
import hmac
import json
import os
import random
import threading
import urllib.error
import urllib.request

import schemathesis
from schemathesis.core.parameters import ParameterLocation

BASE = os.environ["ENGINE"]
KEY = bytes([7] * 32)
ALPHABET = "ACDEFGHJKLMNPQRTUVWXY34679"
PHOTO = open(os.environ["PHOTO"], "rb").read()
PEOPLE = [json.loads(line) for line in open(os.environ["PEOPLE"])]

lock = threading.Lock()
turn = random.Random(7)
people = iter(PEOPLE)
drafts, accounts, sessions, tickets = [], [], [], []


def call(method, path, body=None, raw=None, headers=None):
    data = raw if raw is not None else (None if body is None else json.dumps(body).encode())
    request = urllib.request.Request(BASE + path, data=data, method=method, headers=headers or {})
    with urllib.request.urlopen(request) as answer:
        text = answer.read()
        return json.loads(text) if text else None


def captcha():
    challenge = call("POST", "/api/v1/captchas")
    digest = hmac.new(KEY, b"answer\0" + challenge["id"].encode(), hashlib.sha256).digest()
    pairs = [int.from_bytes(digest[at : at + 2], "big") for at in range(0, 8, 2)]
    return {"id": challenge["id"], "answer": "".join(ALPHABET[pair % len(ALPHABET)] for pair in pairs)}


def open_draft(steps):
    person = next(people)
    draft = call("POST", "/api/v1/drafts", {**person["form"], "captcha": captcha()})
    path = f"/api/v1/drafts/{draft['token']}"
    if steps > 0:
        call("PUT", f"{path}/profile", person["profile"])
    if steps > 1:
        for kind in ("ktp", "swafoto"):
            call("PUT", f"{path}/documents/{kind}", raw=PHOTO)
    if steps > 2:
        call("PUT", f"{path}/credentials", credentials(person))
    if steps > 3:
        made = call("POST", f"{path}/confirmation")
        accounts.append({**made, "person": person})
    return draft["token"]


def credentials(person):
    keys = ("password", "password_repetition", "questions")
    return {**{key: person[key] for key in keys}, "captcha": captcha()}


def activate(account):
    """By the link in its message."""
    folder = os.environ["OUTBOX"]
    for name in os.listdir(folder):
        if not name.endswith(".eml"):
            continue
        text = open(os.path.join(folder, name), encoding="utf-8", errors="replace").read().replace("=\n", "")
        for part in text.replace("=3D", "=").split("token=")[1:]:
            token = part.split()[0].split('"')[0].split("&")[0]
            if token.startswith(f"{account['account_number']:010}-"):
                call("POST", "/api/v1/activations", {"token": token})
                return True
    return False


def log_in():
    for account in accounts:
        if account.get("session") is None:
            try:
                activate(account)
                person = account["person"]
                form = {"nik": person["form"]["nik"], "password": person["password"]}
                account["session"] = call("POST", "/api/v1/sessions", form)["token"]
                sessions.append(account["session"])
                return
            except urllib.error.HTTPError:
                account["session"] = ""


def is_wrong(case, place):
    """Schemathesis made this part of the request wrong on purpose: then it stays so."""
    component = case.meta.components.get(place) if case.meta else None
    return component is not None and component.mode.is_negative


@schemathesis.hook
def before_call(context, case, kwargs):
    """Half of the cases go as they are."""
    with lock:
        if turn.random() < 0.5:
            return
        path = case.operation.path
        wrong_path = is_wrong(case, ParameterLocation.PATH)
        parameters = {} if wrong_path else case.path_parameters or {}
        if "token" in parameters:
            if not drafts or turn.random() < 0.1:
                drafts.append(open_draft(turn.randrange(5)))
            parameters["token"] = turn.choice(drafts[-8:])
        if path.endswith("/documents/{kind}") and not wrong_path and turn.random() < 0.7:
            parameters["kind"] = turn.choice(["ktp", "swafoto"])
            if not is_wrong(case, ParameterLocation.BODY) and turn.random() < 0.5:
                case.body = PHOTO
        if isinstance(case.body, dict) and isinstance(case.body.get("captcha"), dict):
            case.body["captcha"] = captcha()
        if isinstance(case.body, dict) and not is_wrong(case, ParameterLocation.BODY):
            if path == "/api/v1/drafts" and turn.random() < 0.5:
                case.body = {**next(people)["form"], "captcha": captcha()}
            if path.endswith("/credentials") and turn.random() < 0.5:
                case.body = credentials(turn.choice(PEOPLE))
            if path in ("/api/v1/sessions", "/api/v1/password-resets/questions") and accounts:
                case.body["nik"] = turn.choice(accounts)["person"]["form"]["nik"]
            if path == "/api/v1/activations/messages" and accounts and turn.random() < 0.5:
                case.body["receipt"] = turn.choice(accounts)["receipt"]
            if path == "/api/v1/tickets" and turn.random() < 0.5:
                case.body = {**case.body, "nik": turn.choice(PEOPLE)["form"]["nik"], "kk": "9902020102150003"}
        if path == "/api/v1/tickets/{number}" and not wrong_path:
            if len(tickets) < 20:
                form = {"nik": turn.choice(PEOPLE)["form"]["nik"], "kk": "9902020102150003"}
                form |= {"category": "data-mismatch", "description": "Mohon bantuan"}
                tickets.append(call("POST", "/api/v1/tickets", form)["number"])
            parameters["number"] = turn.choice(tickets)
        if path.endswith("/card") and accounts and not wrong_path:
            account = turn.choice(accounts)
            parameters["number"] = str(account["account_number"])
            case.query = {**(case.query or {}), "receipt": account["receipt"]}
        if path == "/api/v1/receipts/{receipt}" and accounts and not wrong_path:
            parameters["receipt"] = turn.choice(accounts)["receipt"]
        if path in ("/api/v1/accounts/me", "/api/v1/sessions/current"):
            if not sessions or turn.random() < 0.2:
                drafts.append(open_draft(4))
                log_in()
            if sessions:
                case.headers["Authorization"] = f"Bearer {turn.choice(sessions)}"
