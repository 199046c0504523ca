"""Why a failure failed: the recorded failures, and the rules that a reader should be able to rely on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hermes_fallback.failover.classify import Verdict, classify, failure_from_row
from hermes_fallback.failover.codes import CODES, EXCEPTIONS, code_meaning
from hermes_fallback.failover.phrases import PHRASES, find_phrase
from hermes_fallback.failover.user_rules import UserRule
from hermes_fallback.failover.verdict import About
from hermes_fallback.failover.wording import wording
from hermes_fallback.model.failure import Failure, Transport
from hermes_fallback.model.reason import Reason

DATA = Path(__file__).parents[1] / "data"
FILES = ["failures.jsonl", "failures_more.jsonl", "failures_seen.jsonl"]


def rows(name: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


def http(status: int | None, body: object, **headers: str) -> Verdict:
    """The verdict on an answer with *status* and *body*."""
    row = {"transport": "http", "status": status, "body": body, "headers": headers}
    return classify(failure_from_row(row))


def raised(exception: str, text: str = "") -> Verdict:
    """The verdict on an exception."""
    return classify(Failure(transport=Transport.EXCEPTION, exception=exception, body=text))


def error(message: str, **fields: object) -> dict[str, object]:
    return {"error": {"message": message, **fields}}


@pytest.mark.parametrize("name", FILES)
def test_recorded_failures_are_classified_right(name: str) -> None:
    """At least 98% of the recorded failures get the reason a person gave them, or one that person accepts."""
    recorded = rows(name)
    missed = []
    for row in recorded:
        verdict = classify(failure_from_row(row))
        if verdict.reason not in (row["expect"], *row.get("also", ())):
            missed.append(f"{row['id']}: {verdict.reason} by {verdict.rule}, not {row['expect']}")
    print(f"{len(recorded) - len(missed)} of {len(recorded)} right", *missed, sep="\n")
    assert len(missed) <= 0.02 * len(recorded), "\n".join(missed)


@pytest.mark.parametrize("name", FILES)
def test_recorded_waits_are_read(name: str) -> None:
    """Each wait a recorded provider asked for is read to the millisecond, and none is made up."""
    wrong = []
    for row in rows(name):
        got = classify(failure_from_row(row)).retry_after_s
        if got != pytest.approx(row["retry_after_s"], abs=0.001):
            wrong.append(f"{row['id']}: {got}, not {row['retry_after_s']}")
    assert wrong == []


@pytest.mark.parametrize("field", ["about", "lacks", "context_length", "prompt_tokens"])
def test_recorded_details_are_found(field: str) -> None:
    """What a failure is about, what the model lacks, and the sizes that an overflow names, as a person read them."""
    wrong = []
    for row in rows("failures_seen.jsonl"):
        got = getattr(classify(failure_from_row(row)), field)
        accepted = [row[field]] if field in row else row.get(f"{field}_any", [got])
        if got not in accepted:
            wrong.append(f"{row['id']}: {got}, not {accepted}")
    assert wrong == []


@pytest.mark.parametrize(
    ("status", "text", "expected"),
    [
        (400, "Upstream said 429 Too Many Requests to req_402_500", Reason.BAD_REQUEST),
        (500, "Something went wrong (request 8f402ab, 401 tokens, port 404)", Reason.SERVER_ERROR),
        (429, "Limit 30000, Used 14023, Requested 50302", Reason.RATE_LIMIT),
        (401, "model gpt-4-0429 refused key 403", Reason.AUTH),
    ],
    ids=["429 in a 400", "402 and 401 in a 500", "402 in a token count", "429 and 403 in a 401"],
)
def test_digits_in_prose_are_never_a_status(status: int, text: str, expected: Reason) -> None:
    """Only the status line, a code field, or the fixed form of an SDK is a status."""
    if status == 400:
        text = f"Invalid 'messages[3].content': expected an array, got {text!r}"
    assert http(status, error(text)).reason is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Error code: 401 - {'error': {'message': 'nope', 'code': None}}", Reason.AUTH),
        ("Client error '404 Not Found' for url 'https://h/v1/x'", Reason.ENDPOINT_NOT_FOUND),
        ("503 Server Error: Service Unavailable for url: https://h/v1", Reason.OVERLOADED),
        ("Request failed with status code 429", Reason.RATE_LIMIT),
        (
            "[GoogleGenerativeAI Error]: Error fetching from https://h: [429 Too Many Requests] x",
            Reason.RATE_LIMIT,
        ),
        ("HTTP Error 401: Unauthorized", Reason.AUTH),
        ("413 status code (no body)", Reason.PAYLOAD_TOO_LARGE),
        (
            '529 {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}',
            Reason.OVERLOADED,
        ),
        ("bad response status code 504", Reason.TIMEOUT),
    ],
)
def test_the_fixed_forms_of_libraries_are_a_status(text: str, expected: Reason) -> None:
    """Where a library writes the status in one form always, that form is read."""
    assert raised("Error", text).reason is expected


WRAPPED = (
    '{"error": {"type": "exceeded_current_quota_error", "message": "suspended due to insufficient balance"}}'
)


@pytest.mark.parametrize(
    "body",
    [
        WRAPPED,
        {"error": WRAPPED},
        {"error": {"message": "Provider returned error", "code": 429, "metadata": {"raw": WRAPPED}}},
        {"detail": {"error": json.loads(WRAPPED)["error"]}},
        [json.loads(WRAPPED)],
        json.dumps(WRAPPED),
        f"upstream failed: {WRAPPED} (try later)",
        f"Error code: 429 - {json.loads(WRAPPED)}",
        f"data: {WRAPPED}\n\ndata: [DONE]\n\n",
        {"error": {"message": json.dumps({"error": {"message": WRAPPED}})}},
        WRAPPED[:-20],
    ],
    ids=[
        "plain",
        "string",
        "raw",
        "detail",
        "list",
        "quoted",
        "prefixed",
        "repr",
        "sse",
        "thrice",
        "cut-off",
    ],
)
def test_wrappers_do_not_hide_what_the_upstream_said(body: object) -> None:
    """The innermost code decides, through every wrapper relays and SDKs are known to put around it."""
    verdict = http(429, body)
    assert (verdict.reason, verdict.rule) == (Reason.QUOTA, "code:exceeded_current_quota_error")


def test_of_nested_errors_the_innermost_decides() -> None:
    """A relay's own code, and its own status, are about the relay."""
    inner = json.dumps(error("no", code="context_length_exceeded"))
    assert http(400, error(inner, code="invalid_value")).reason is Reason.CONTEXT_OVERFLOW
    nested = "Error code: 500 - {'error': {'message': 'Error code: 429 - try later'}}"
    assert raised("InternalServerError", nested).reason is Reason.RATE_LIMIT


def test_the_message_is_the_providers_own_without_its_wrappers() -> None:
    """People are shown the innermost words, not the relay's."""
    raw = json.dumps(error("prompt is too long: 9 tokens > 8 maximum", type="invalid_request_error"))
    verdict = http(400, error("Provider returned error", code=400, metadata={"raw": raw}))
    assert verdict.message == "prompt is too long: 9 tokens > 8 maximum"


def test_long_messages_are_cut() -> None:
    """A message never has more than 300 characters."""
    message = http(500, error("word " * 400)).message
    assert len(message) <= 300
    assert message.endswith("…")


@pytest.mark.parametrize(
    "text",
    [
        "Illegal header value b'Bearer sk-live-0123456789abcdef\\n'",
        "Incorrect API key provided: sk-proj-0123456789abcdefghij.",
        "Received API Key = gsk_0123456789abcdefghij, unknown",
        "key AIzaSyA0123456789abcdefghij-_ is blocked",
        "token eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxIn0.abc expired",
    ],
)
def test_keys_that_providers_repeat_are_starred_out(text: str) -> None:
    """Whatever is shaped like a key does not reach the message."""
    message = raised("Error", text).message
    assert "***" in message
    assert "0123456789abcdef" not in message
    assert "eyJ" not in message


WINDOWS = [
    ("Rate limit reached on tokens per day (TPD): Limit 100000", Reason.QUOTA),
    (
        "Rate limit reached on requests per minute (RPM). Upgrade to get 1000 requests per day",
        Reason.RATE_LIMIT,
    ),
    ("Rate limit exceeded: free-models-per-day-high-balance.", Reason.QUOTA),
    ("request reached organization TPD rate limit, current: 2, limit: 1", Reason.QUOTA),
    ("Rate limit of 10 per 60s exceeded for UserByModelByMinute.", Reason.RATE_LIMIT),
    ("Rate limit of 50 per 86400s exceeded for UserByModelByDay.", Reason.QUOTA),
    ("Trial key, which is limited to 20 API calls / minute.", Reason.RATE_LIMIT),
    ("Trial key, which is limited to 1000 API calls / month.", Reason.QUOTA),
    ("Quota exceeded for aiplatform.googleapis.com/online_prediction_requests_per_minute", Reason.RATE_LIMIT),
    ("Quota exceeded for aiplatform.googleapis.com/generate_requests_per_day", Reason.QUOTA),
    ("Number of request tokens has exceeded your daily rate limit", Reason.QUOTA),
    ("Quota exceeded for GenerateRequestsPerMinutePerProject-FreeTier", Reason.RATE_LIMIT),
    ("Rate limit exceeded for GenerateRequestsPerDayPerProject-FreeTier", Reason.QUOTA),
    ("Rate limit exceeded for GenerateRequestsPerMinute and GenerateRequestsPerDay", Reason.QUOTA),
    ("Your organization's rate limit is reached: 3 req/s", Reason.RATE_LIMIT),
    ("Your organization's quota is used up: quota exceeded, 30 req/d", Reason.QUOTA),
    ("Your organization's quota exceeded", Reason.QUOTA),
    ("每分钟请求数超过限额", Reason.RATE_LIMIT),
    ("今日请求数已达上限", Reason.QUOTA),
]


@pytest.mark.parametrize(("text", "expected"), WINDOWS)
def test_the_window_a_limit_names_decides_between_traffic_and_quota(text: str, expected: Reason) -> None:
    """A minute's limit passes; a day's, a week's or a month's is spent; the first window named is the one meant."""
    assert http(429, error(text)).reason is expected


def google(*quota_ids: str) -> dict[str, object]:
    details = [
        {
            "@type": "type.googleapis.com/google.rpc.QuotaFailure",
            "violations": [{"quotaId": i} for i in quota_ids],
        }
    ]
    text = "You exceeded your current quota, please check your plan and billing details."
    return error(text, code=429, status="RESOURCE_EXHAUSTED", details=details)


def test_googles_quota_ids_decide_before_its_text() -> None:
    """The text is the same for both; the quota id tells, and the longer window wins where both are spent."""
    minute, day = "GenerateRequestsPerMinutePerProject-FreeTier", "GenerateRequestsPerDayPerProject-FreeTier"
    assert http(429, google(minute)).reason is Reason.RATE_LIMIT
    assert http(429, google(day)).reason is Reason.QUOTA
    assert http(429, google(minute, day)).reason is Reason.QUOTA


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (401, error("该令牌额度已用尽"), Reason.QUOTA),
        (401, error("Unable to find token in cache: model not found"), Reason.AUTH),
        (402, error("Prompt tokens limit exceeded: 4 > 3"), Reason.QUOTA),
        (
            403,
            error("Your input was flagged for violence", metadata={"reasons": ["violence"]}),
            Reason.CONTENT_POLICY,
        ),
        (403, {"code": "permission denied", "error": "You have run out of credits"}, Reason.QUOTA),
        (404, {"detail": "Not Found"}, Reason.ENDPOINT_NOT_FOUND),
        (404, error("model 'qwen9' not found"), Reason.MODEL_NOT_FOUND),
        (404, {"code": "model_not_found", "message": "sorry"}, Reason.MODEL_NOT_FOUND),
        (409, error("conflict"), Reason.UNKNOWN),
        (410, {"detail": "gone"}, Reason.MODEL_NOT_FOUND),
        (413, error("too big"), Reason.PAYLOAD_TOO_LARGE),
        (413, error("too big", type="tokens", code="rate_limit_exceeded"), Reason.RATE_LIMIT),
        (429, error("The prompt is too long, reduce the length of the messages"), Reason.RATE_LIMIT),
        (429, error("The engine is currently overloaded"), Reason.OVERLOADED),
        (429, error("busy", type="server_error"), Reason.RATE_LIMIT),
        (500, error("Context size has been exceeded."), Reason.CONTEXT_OVERFLOW),
        (502, error("Unknown parameter", code="unknown_parameter"), Reason.BAD_REQUEST),
        (503, error("quota exceeded for this month", code="insufficient_quota"), Reason.QUOTA),
        (400, error("This request would exceed 20,000 input tokens per minute"), Reason.RATE_LIMIT),
        (400, error("Input is too long for requested model"), Reason.CONTEXT_OVERFLOW),
        (418, "", Reason.UNKNOWN),
        (302, "", Reason.ENDPOINT_NOT_FOUND),
        (599, "", Reason.TIMEOUT),
        (507, "", Reason.SERVER_ERROR),
    ],
)
def test_a_status_admits_some_reasons_and_no_others(status: int, body: object, expected: Reason) -> None:
    """Words only choose among what the status allows; firm codes stand above it."""
    assert http(status, body).reason is expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"choices": []}, Reason.INVALID_RESPONSE),
        (
            {"choices": [{"message": {"content": "429 rate limit exceeded"}, "finish_reason": None}]},
            Reason.INVALID_RESPONSE,
        ),
        (
            {"message": {"role": "assistant", "content": "invalid api key"}, "done": False},
            Reason.INVALID_RESPONSE,
        ),
        ({"choices": [{"message": {"content": None, "refusal": "I can't"}}]}, Reason.CONTENT_POLICY),
        ({"status": "incomplete", "incomplete_details": {"reason": "content_filter"}}, Reason.CONTENT_POLICY),
        ({"stopReason": "guardrail_intervened", "output": {}}, Reason.CONTENT_POLICY),
        ({"error": {"message": "no idea"}}, Reason.INVALID_RESPONSE),
        ({"error": {"code": 503, "message": "no idea"}}, Reason.OVERLOADED),
        ("<html><head><title>Log in</title></head></html>", Reason.ENDPOINT_NOT_FOUND),
        ("", Reason.INVALID_RESPONSE),
        (
            "The answer: HTTP 404 means not found, error code: 1015 a rate limit exceeded.",
            Reason.INVALID_RESPONSE,
        ),
        ('{"choices": [{"mess', Reason.INVALID_RESPONSE),
    ],
)
def test_success_in_name_only_is_judged_by_what_is_inside(body: object, expected: Reason) -> None:
    """An error inside a 200 counts as that error; an answer that is none is invalid; what it says is not evidence."""
    row = {"transport": "body200", "status": 200, "body": body}
    assert classify(failure_from_row(row)).reason is expected


@pytest.mark.parametrize(
    ("status", "page", "expected"),
    [
        (403, "<html><title>Just a moment...</title></html>", Reason.AUTH),
        (503, "<html><title>Just a moment...</title></html>", Reason.AUTH),
        (502, "<html><title>502 Bad Gateway</title>the model rate limit quota</html>", Reason.SERVER_ERROR),
        (404, "<html><title>404 Not Found</title>model not found</html>", Reason.ENDPOINT_NOT_FOUND),
        (
            520,
            "<!DOCTYPE html><title>h | 520: Web server is returning an unknown error</title>",
            Reason.SERVER_ERROR,
        ),
        (None, "Error: <html><title>504 Gateway Time-out</title></html>", Reason.TIMEOUT),
    ],
)
def test_pages_for_browsers_are_told_apart(status: int | None, page: str, expected: Reason) -> None:
    """A firewall refuses the key's owner, a gateway broke, a site is not an API; a page's prose says nothing."""
    assert http(status, page).reason is expected


@pytest.mark.parametrize(
    ("exception", "text", "expected"),
    [
        ("httpx.ConnectTimeout", "", Reason.TIMEOUT),
        ("ConnectError", "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed", Reason.CONNECTION),
        ("openai.RateLimitError", "", Reason.RATE_LIMIT),
        ("AuthenticationError", "", Reason.AUTH),
        ("litellm.APIConnectionError", "OpenAIException - Incorrect API key provided: x", Reason.AUTH),
        ("APIConnectionError", "Connection error.", Reason.CONNECTION),
        (
            "ClientError",
            "An error occurred (ThrottlingException) when calling the Converse operation: x",
            Reason.RATE_LIMIT,
        ),
        (
            "ClientError",
            "An error occurred (ExpiredTokenException) when calling the Converse operation: x",
            Reason.AUTH,
        ),
        (
            "ValidationException",
            "An error occurred (ValidationException) when calling the X operation: blank",
            Reason.BAD_REQUEST,
        ),
        ("CancelledError", "", Reason.UNKNOWN),
        ("FrobnicationError", "", Reason.UNKNOWN),
    ],
)
def test_exceptions_are_judged_by_class_where_the_class_says_it(
    exception: str, text: str, expected: Reason
) -> None:
    """A class raised for one thing decides; a class around anything lets its text speak first."""
    assert raised(exception, text).reason is expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"base_resp": {"status_code": 1002, "status_msg": "x"}}, Reason.RATE_LIMIT),
        ({"error": {"code": "1002", "message": "x"}}, Reason.AUTH),
        ({"header": {"code": 11201, "message": "x"}}, Reason.QUOTA),
        ({"error_code": 110, "error_msg": "x"}, Reason.AUTH),
        ({"code": 50505, "message": "x", "data": None}, Reason.OVERLOADED),
        ({"success": False, "errors": [{"code": 4006, "message": "x"}]}, Reason.QUOTA),
        ({"type": "error", "error": {"type": "rate_limit_error", "message": "x (2056)"}}, Reason.QUOTA),
    ],
    ids=["minimax", "zhipu", "iflytek", "baidu", "siliconflow", "cloudflare", "minimax-suffix"],
)
def test_a_vendors_numbers_are_known_by_the_shape_of_their_body(body: object, expected: Reason) -> None:
    """The same number means different things to different vendors, and the shape tells whose it is."""
    row = {"transport": "body200", "status": 200, "body": body}
    assert classify(failure_from_row(row)).reason is expected


@pytest.mark.parametrize(
    "code", ["rate_limit_error", "RateLimitError", "RATE-LIMIT", "RateLimitExceeded.EndpointTPMExceeded"]
)
def test_codes_compare_without_case_separators_and_endings(code: str) -> None:
    """A dotted code falls back to the part before the dot."""
    meaning = code_meaning(code)
    assert meaning is not None
    assert meaning.reason is Reason.RATE_LIMIT


def test_every_row_of_the_tables_says_where_it_comes_from() -> None:
    """No code, exception or phrase is without an origin, and none is written twice."""
    assert all(meaning.origin for table in (CODES, EXCEPTIONS) for meaning in table.values())
    assert all(phrase.origin for phrase in PHRASES)
    texts = [phrase.text for phrase in PHRASES]
    assert sorted(texts) == sorted(set(texts))
    assert all(text == " ".join(text.lower().split()) for text in texts)


@pytest.mark.parametrize(
    "around", ["{}", "oops: {}, (id 7)", "中文{}。"], ids=["alone", "in a sentence", "in chinese"]
)
def test_every_phrase_is_found_where_it_stands(around: str) -> None:
    """A shorter way of looking for phrases passes none over: a text with one matches it, or one before it."""
    places = {phrase: place for place, phrase in enumerate(PHRASES)}
    missed = []
    for phrase, place in places.items():
        text = around.format(phrase.text.replace("…", " x "))
        found = find_phrase(text, frozenset({phrase.reason}))
        if found is None or places[found] > place:
            missed.append(phrase.text)
    assert missed == []


REFUSALS = [
    (401, error("no", code="token_revoked"), About.TERMINAL),
    (401, error("Your refresh token was revoked. Please sign in again."), About.TERMINAL),
    (401, error("Incorrect API key provided"), About.USUAL),
    (403, error("This organization does not have permission to use this model"), About.MODEL),
    (403, error("The service is not available in your region"), About.MODEL),
    (403, "<html><title>Just a moment...</title></html>", About.HOST),
    (
        429,
        error("Provider returned error", metadata={"raw": "slow", "provider_name": "Chutes"}),
        About.UPSTREAM,
    ),
    (429, error("slow", metadata={"provider_name": None}), About.USUAL),
    (402, error("Quota for this model is used up"), About.MODEL),
    (402, error("Insufficient balance"), About.USUAL),
    (None, "certificate verify failed: self-signed certificate", About.CERTIFICATE),
    (None, "Connection refused", About.USUAL),
]


@pytest.mark.parametrize(("status", "body", "about"), REFUSALS)
def test_a_failure_is_charged_to_what_it_is_about(status: int | None, body: object, about: About) -> None:
    """A model, a region, a host or a provider behind an aggregator is no fault of the key; a revoked key is for good."""
    assert http(status, body).about is about


@pytest.mark.parametrize(
    ("text", "lacks"),
    [
        ("gemma3:4b does not support tools", "tools"),
        ("No endpoints found that support image input", "images"),
        ("tools are not supported by this model", "tools"),
        ("This model does not support tool_choice", None),
        ("This model does not support parallel tool calls", None),
        ("This model does not support image generation", None),
        ("Unknown parameter: 'tools[0].strict'", None),
    ],
)
def test_a_model_that_lacks_tools_or_images_says_so(text: str, lacks: str | None) -> None:
    """Only the lack of all tools, or of all images, is one: a way of using them that is refused is not."""
    assert http(400, error(text)).lacks == lacks


def test_dashscopes_limit_of_a_minute_is_traffic_though_it_speaks_of_money() -> None:
    """Its code and words are OpenAI's for spent money; the page it links to tells."""
    text = "You exceeded your current quota. For details, see: https://help.aliyun.com/error-code#token-limit"
    assert http(429, error(text, code="insufficient_quota")).reason is Reason.RATE_LIMIT
    assert http(429, error(text[:32], code="insufficient_quota")).reason is Reason.QUOTA


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("terminal_quota_exhausted", Reason.QUOTA),
        ("NotEnoughBalance", Reason.QUOTA),
        ("ORG_RATE_LIMIT_HIT", Reason.RATE_LIMIT),
        ("frobnicated", Reason.UNKNOWN),
    ],
)
def test_a_code_that_no_table_has_is_read_as_words(code: str, expected: Reason) -> None:
    """Providers name new codes as they name old ones."""
    assert http(None, error("sorry", code=code)).reason is expected


def own(**conditions: object) -> Verdict:
    """The verdict on one failure where the user has a rule with *conditions*."""
    rule = UserRule(reason=Reason.QUOTA, name="user:mine.yaml:1", **conditions)
    row = {"provider": "acme", "status": 429, "body": error("Your bucket of 7 is empty", code="E42")}
    return classify(failure_from_row(row), rules=[rule])


@pytest.mark.parametrize(
    "conditions",
    [
        {"provider": "acme"},
        {"status": 429},
        {"code": "e_42"},
        {"text": wording("your bucket…empty")},
        {"provider": "acme", "status": 429, "code": "E42", "text": wording("bucket")},
    ],
    ids=["provider", "status", "code", "text", "all"],
)
def test_a_rule_of_the_users_comes_before_ours(conditions: dict[str, object]) -> None:
    """Where every condition holds, the rule gives the reason and its own name; what it is about may be given too."""
    verdict = own(about=About.MODEL, **conditions)
    assert (verdict.reason, verdict.rule, verdict.about) == (Reason.QUOTA, "user:mine.yaml:1", About.MODEL)


@pytest.mark.parametrize(
    "conditions",
    [
        {"provider": "other"},
        {"status": 400},
        {"code": "E43"},
        {"text": wording("weekly bucket")},
        {"provider": "acme", "status": 429, "code": "E42", "text": wording("weekly")},
    ],
    ids=["provider", "status", "code", "text", "one of four"],
)
def test_a_rule_of_which_one_condition_fails_is_no_rule(conditions: dict[str, object]) -> None:
    """Then our own rules judge, as if it were not there."""
    assert own(**conditions).rule == own(provider="other").rule
    assert own(**conditions).reason is Reason.RATE_LIMIT


def test_a_row_may_lack_every_key() -> None:
    """Rows from files are read leniently: statuses as text, headers in any case, bodies as objects."""
    assert classify(failure_from_row({})).reason is Reason.UNKNOWN
    verdict = classify(
        failure_from_row({"status": "429", "headers": {"Retry-After": 7}, "body": error("slow")})
    )
    assert (verdict.reason, verdict.retry_after_s) == (Reason.RATE_LIMIT, 7.0)


@pytest.mark.parametrize(
    ("window", "expected"), [(8192, 8192), (0, None), (-1, None), (5, None), (10**30, None)]
)
def test_a_window_that_no_model_has_is_not_believed(window: int, expected: int | None) -> None:
    """It would keep every request from the link, and the state from its file."""
    inner = {"type": "exceed_context_size_error", "message": "too long", "n_ctx": window}
    verdict = classify(Failure(transport=Transport.HTTP, status=400, body=json.dumps({"error": inner})))
    assert (verdict.reason, verdict.context_length) == (Reason.CONTEXT_OVERFLOW, expected)
