"""The authorization server of `oauth_server.py`, which runs this file as a process: its routes and its store."""

from __future__ import annotations

import base64
import json
import logging
import sys
import threading
import time
import uuid
from typing import Any
from urllib.parse import parse_qsl, urlencode

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import ClientMixin, TokenMixin
from authlib.oauth2.rfc6749.errors import InvalidGrantError, InvalidRequestError
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant, RefreshTokenGrant
from authlib.oauth2.rfc6749.models import AuthorizationCodeMixin
from authlib.oauth2.rfc7636 import CodeChallenge, create_s256_code_challenge
from authlib.oauth2.rfc8628 import DeviceAuthorizationEndpoint, DeviceCodeGrant, DeviceCredentialDict
from flask import Flask, jsonify, redirect, request
from werkzeug.serving import make_server

settings: dict[str, Any] = {
    "answer": "approve",  # what whoever gets a code to type does: approve, deny, expire, wait
    "pending": 1,  # so many polls are told to come again first
    "slow_down": 0,  # and so many of these to come less often
    "interval": 1,
    "expires_in": 600,  # of a code
    "lifetime_s": 3600,  # of an access token
    "claims": None,  # of access tokens, which are JSON Web Tokens then
    "told": {},  # fields that every token answer has beside
    "fail": None,  # [status, document]: what every token request is answered with
    "callback": {},  # parameters that replace those of the redirect to the program
    "discovery": {},  # fields that replace those of the OpenID document
    "minimax": {},  # the same for MiniMax's codes
    "project": "cloud-project",  # what `loadCodeAssist` names; None: the account is to be onboarded
    "secret": None,  # of clients; None: any, or none at all
}


usual = dict(settings)
logging.getLogger("werkzeug").setLevel(logging.ERROR)
app = Flask("oauth-server")
turn = threading.RLock()  # one request at a time: a token is used once or twice, never both
record: list[dict[str, Any]] = []
ended: list[str] = []
devices: dict[str, Any] = {}
codes: dict[str, Any] = {}
pairs: dict[str, Pair] = {}


class Client(ClientMixin):
    """Any program: whoever comes is known, and may do everything."""

    def __init__(self, client_id: str) -> None:
        self.client_id = client_id

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> str:
        return ""

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return True

    def check_client_secret(self, client_secret: str) -> bool:
        return settings["secret"] in {None, client_secret}

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_post" or settings["secret"] is None

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return True


class Pair(TokenMixin):
    """An access and a refresh token, and the family they are of."""

    def __init__(self, token: dict[str, Any], client_id: str, family: str) -> None:
        self.token, self.client_id, self.family = token, client_id, family
        self.is_used = False

    def check_client(self, client: Client) -> bool:
        return self.client_id == client.client_id

    def get_scope(self) -> str:
        return str(self.token.get("scope") or "")


class Code(AuthorizationCodeMixin):
    """An authorization code that has not been exchanged yet."""

    def __init__(self, client_id: str, redirect_uri: str, scope: str, challenge: str) -> None:
        self.value = uuid.uuid4().hex
        self.client_id, self.redirect_uri, self.scope = client_id, redirect_uri, scope
        self.code_challenge, self.code_challenge_method = challenge, "S256"

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope


def fresh_token(*_args: object, **_named: object) -> str:
    if settings["claims"] is None:
        return f"access-{uuid.uuid4().hex}"
    claims = {
        "exp": int(time.time() + settings["lifetime_s"]),
        "jti": uuid.uuid4().hex,
        **settings["claims"],
    }
    parts = ({"alg": "none"}, claims, "signature")
    return ".".join(
        base64.urlsafe_b64encode(json.dumps(each).encode()).rstrip(b"=").decode() for each in parts
    )


def keep(token: dict[str, Any], client_id: str, family: str | None = None) -> dict[str, Any]:
    token.update(settings["told"])
    if settings["lifetime_s"] is None:
        token.pop("expires_in", None)
    if "refresh_token" in token:
        pairs[token["refresh_token"]] = Pair(token, client_id, family or uuid.uuid4().hex)
    return token


def pair_for(client_id: str, family: str | None = None) -> dict[str, Any]:
    token = {
        "access_token": fresh_token(),
        "refresh_token": f"refresh-{uuid.uuid4().hex}",
        "expires_in": settings["lifetime_s"],
        "token_type": "Bearer",
    }
    return keep(token, client_id, family)


def used(refresh_token: str) -> Pair | None:
    """The pair of *refresh_token*, which is used up by this; None where it came before: its family is over."""
    pair = pairs.get(refresh_token)
    if pair is None:
        return None
    if pair.is_used:
        ended.append(refresh_token)
        for each in [token for token, other in pairs.items() if other.family == pair.family]:
            pairs[each].is_used = True
        return None
    pair.is_used = True
    return pair


server = AuthorizationServer()
app.config["OAUTH2_ACCESS_TOKEN_GENERATOR"] = fresh_token
app.config["OAUTH2_REFRESH_TOKEN_GENERATOR"] = lambda *_a, **_n: f"refresh-{uuid.uuid4().hex}"


def saved(token: dict[str, Any], asked: Any) -> None:
    token["expires_in"] = settings["lifetime_s"]
    old = getattr(asked, "refresh_token", None)
    keep(token, asked.client.client_id, old.family if old else None)


server.init_app(app, query_client=Client, save_token=saved)


class DeviceEndpoint(DeviceAuthorizationEndpoint):
    def create_endpoint_response(self, asked: Any) -> Any:
        self.INTERVAL, self.EXPIRES_IN = settings["interval"], settings["expires_in"]
        return super().create_endpoint_response(asked)

    def get_verification_uri(self) -> str:
        return request.url_root + "activate"

    def save_device_credential(self, client_id: str, scope: str, data: dict[str, Any]) -> None:
        challenge = request.form.get("code_challenge")
        expires_at = 0 if settings["answer"] == "expire" else time.time() + data["expires_in"]
        devices[data["device_code"]] = DeviceCredentialDict(
            data, client_id=client_id, scope=scope, challenge=challenge, expires_at=expires_at, polls=0
        )


class DeviceGrant(DeviceCodeGrant):
    def query_device_credential(self, device_code: str) -> Any:
        found = devices.get(device_code)
        challenge = found and found["challenge"]
        verifier = request.form.get("code_verifier", "")
        if challenge and create_s256_code_challenge(verifier) != challenge:
            raise InvalidGrantError("the code_verifier does not fit")
        return found

    def query_user_grant(self, user_code: str) -> Any:
        found = next(each for each in devices.values() if each.get("user_code") == user_code)
        found["polls"] += 1
        if settings["answer"] == "wait" or found["polls"] <= settings["pending"] + settings["slow_down"]:
            return None
        return "somebody", settings["answer"] == "approve"

    def should_slow_down(self, credential: Any) -> bool:
        polls, first = credential["polls"], settings["pending"]
        return bool(first < polls <= first + settings["slow_down"])


class CodeGrant(AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ("none", "client_secret_post")

    def save_authorization_code(self, code: str, asked: Any) -> None:
        data = asked.payload.data
        made = Code(
            asked.client.client_id,
            asked.payload.redirect_uri,
            asked.payload.scope,
            data["code_challenge"],
        )
        codes[code] = made

    def query_authorization_code(self, code: str, client: Client) -> Any:
        found = codes.get(code)
        return found if found and found.client_id == client.client_id else None

    def delete_authorization_code(self, authorization_code: Any) -> None:
        for code in [code for code, each in codes.items() if each is authorization_code]:
            del codes[code]

    def authenticate_user(self, authorization_code: Any) -> str:
        return "somebody"


class RefreshGrant(RefreshTokenGrant):
    INCLUDE_NEW_REFRESH_TOKEN = True
    TOKEN_ENDPOINT_AUTH_METHODS = ("none", "client_secret_post")

    def _validate_request_token(self, client: Client) -> Any:
        token = request.form.get("refresh_token") or request.headers.get("x-nous-refresh-token")
        if not token:
            raise InvalidRequestError("no refresh token came")
        pair = used(token)
        if pair is None or not pair.check_client(client):
            raise InvalidGrantError("the refresh token was used before, or never issued")
        return pair

    def authenticate_user(self, refresh_token: Any) -> str:
        return "somebody"

    def revoke_old_credential(self, refresh_token: Any) -> None:
        """Nothing: it was used up when it came."""


server.register_endpoint(DeviceEndpoint)
server.register_grant(DeviceGrant)
server.register_grant(CodeGrant, [CodeChallenge(required=True)])
server.register_grant(RefreshGrant)


@app.before_request
def write_down() -> None:
    turn.acquire()
    if not request.path.startswith("/_control/"):
        record.append(
            {
                "method": request.method,
                "path": request.path,
                "headers": {name.lower(): value for name, value in request.headers.items()},
                "query": request.args.to_dict(),
                "form": request.form.to_dict(),
                "json": request.get_json(silent=True),
            }
        )


@app.teardown_request
def let_in_the_next(_error: object) -> None:
    turn.release()


@app.get("/_control/record")
def show_record() -> Any:
    return jsonify(requests=record, ended=ended)


@app.post("/_control/set")
def change() -> Any:
    unknown = request.json.keys() - settings.keys()
    assert not unknown, unknown
    settings.update(request.json)
    return jsonify({})


@app.post("/_control/reset")
def begin_anew() -> Any:
    settings.update(usual)
    for each in (record, ended, devices, codes, pairs):
        each.clear()
    return change()


@app.post("/_control/issue")
def issue() -> Any:
    return jsonify(pair_for(request.json["client_id"]))


@app.get("/.well-known/openid-configuration")
def discover() -> Any:
    root = request.url_root
    known = {
        "issuer": root,
        "authorization_endpoint": f"{root}authorize",
        "token_endpoint": f"{root}token",
    }
    return jsonify({**known, **settings["discovery"]})


@app.post("/device")
def device() -> Any:
    return server.create_endpoint_response(DeviceEndpoint.ENDPOINT_NAME)


@app.post("/token")
def token() -> Any:
    if settings["fail"]:
        status, document = settings["fail"]
        return jsonify(document), status
    return server.create_token_response()


@app.post("/github/token")
def github_token() -> Any:
    """GitHub sends its errors with status 200, and a token that lasts."""
    answer = server.create_token_response()
    document = json.loads(answer.get_data())
    if "access_token" in document:
        document = {
            "access_token": f"ghu_{uuid.uuid4().hex}",
            "token_type": "bearer",
            "scope": "read:user",
        }
    return jsonify(document)


@app.get("/copilot/token")
def copilot_token() -> Any:
    if not request.headers.get("authorization", "").startswith("token gh"):
        return jsonify(message="Bad credentials"), 401
    end = int(time.time() + settings["lifetime_s"])
    token = f"tid={uuid.uuid4().hex};exp={end};proxy-ep=proxy.example.test"
    return jsonify(
        token=token, expires_at=end, refresh_in=end - 300, endpoints={"api": request.url_root.rstrip("/")}
    )


@app.get("/authorize")
def authorize() -> Any:
    try:
        grant = server.get_consent_grant(end_user="somebody")
    except OAuth2Error as error:
        return jsonify(dict(error.get_body())), 400
    answer = server.create_authorization_response(grant_user="somebody", grant=grant)
    place, _, query = answer.headers["location"].partition("?")
    found = {**dict(parse_qsl(query)), **settings["callback"]}
    return redirect(
        f"{place}?{urlencode({name: value for name, value in found.items() if value is not None})}"
    )


def typed_code() -> str:
    return uuid.uuid4().hex[:4].upper() + "-" + uuid.uuid4().hex[:4].upper()


@app.post("/codex/usercode")
def codex_code() -> Any:
    made = {
        "device_auth_id": uuid.uuid4().hex,
        "user_code": typed_code(),
        "interval": str(settings["interval"]),
    }
    devices[made["device_auth_id"]] = {**made, "client_id": request.json["client_id"], "polls": 0}
    return jsonify(made)


@app.post("/codex/poll")
def codex_poll() -> Any:
    """403 and 404 mean that nobody has typed the code yet."""
    found = devices.get(request.json["device_auth_id"])
    if found is None or found["user_code"] != request.json["user_code"]:
        return jsonify(error={"code": "deviceauth_unknown", "message": "no such code"}), 400
    found["polls"] += 1
    if settings["answer"] == "deny":
        return jsonify(error={"code": "access_denied", "message": "the sign-in was declined"}), 401
    if settings["answer"] != "approve" or found["polls"] <= settings["pending"]:
        return jsonify(error={"code": "deviceauth_pending"}), 403 if found["polls"] % 2 else 404
    verifier = uuid.uuid4().hex * 2
    challenge = create_s256_code_challenge(verifier)
    code = Code(found["client_id"], request.url_root + "deviceauth/callback", "", challenge)
    codes[code.value] = code
    return jsonify(authorization_code=code.value, code_verifier=verifier, code_challenge=challenge)


@app.post("/minimax/code")
def minimax_code() -> Any:
    made = {
        "user_code": typed_code(),
        "verification_uri": request.url_root + "activate",
        "expired_in": int((time.time() + settings["expires_in"]) * 1000),
        "interval": int(settings["interval"] * 1000),
        "state": request.form["state"],
    }
    devices[made["user_code"]] = {"challenge": request.form["code_challenge"], "polls": 0}
    return jsonify({**made, **settings["minimax"]})


@app.post("/minimax/token")
def minimax_token() -> Any:
    """Whatever happened, the status is 200 and the field `status` says it."""
    if request.form["grant_type"] == "refresh_token":
        pair = used(request.form["refresh_token"])
        if pair is None:
            return jsonify(status="error", base_resp={"status_msg": "refresh_token_reused"})
        return jsonify(minimax_pair(pair.family))
    found = devices[request.form["user_code"]]
    found["polls"] += 1
    if create_s256_code_challenge(request.form["code_verifier"]) != found["challenge"]:
        return jsonify(status="error", base_resp={"status_msg": "the code_verifier does not fit"})
    if settings["answer"] == "deny":
        return jsonify(status="error", base_resp={"status_msg": "the user declined"})
    if settings["answer"] != "approve" or found["polls"] <= settings["pending"]:
        return jsonify(status="pending")
    return jsonify(minimax_pair(None))


def minimax_pair(family: str | None) -> dict[str, Any]:
    pair = pair_for(request.form["client_id"], family)
    del pair["expires_in"]
    return {**pair, "status": "success", "expired_in": int((time.time() + settings["lifetime_s"]) * 1000)}


@app.post("/v1internal:loadCodeAssist")
def load_code_assist() -> Any:
    tier = {"id": "standard-tier", "isDefault": True}
    if settings["project"] is None:
        return jsonify(allowedTiers=[tier])
    return jsonify(currentTier=tier, cloudaicompanionProject=settings["project"])


@app.post("/v1internal:onboardUser")
def onboard_user() -> Any:
    is_done = sum(each["path"] == request.path for each in record) > settings["pending"]
    made = {"response": {"cloudaicompanionProject": {"id": "onboarded-project"}}} if is_done else {}
    return jsonify(done=is_done, name="operations/1", **made)


def main() -> None:
    """Serve until stdin ends; the address is the first line on stdout."""
    settings.update(json.loads(sys.argv[1]))
    running = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    print(f"http://127.0.0.1:{running.server_port}", flush=True)
    sys.stdin.read()
    running.shutdown()


if __name__ == "__main__":
    main()
