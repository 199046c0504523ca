"""Details of a failure: what it is about, what the model lacks, and the sizes that an overflow names."""

from __future__ import annotations

import re
from collections.abc import Mapping

from hermes_fallback.failover.codes import normal
from hermes_fallback.failover.evidence import Evidence
from hermes_fallback.failover.verdict import About
from hermes_fallback.failover.wording import any_of
from hermes_fallback.model.reason import Reason

__all__ = ["about_of", "lacks_in", "sizes_in"]


def about_of(reason: Reason, status: int | None, evidence: Evidence) -> About:
    """What a failure for *reason* is about, where that is not the usual."""
    if reason is Reason.AUTH:
        return _about_key(status, evidence)
    if reason is Reason.CONNECTION:
        return About.CERTIFICATE if _is_certificate(evidence) else About.USUAL
    if reason not in _LIMITS:
        return About.USUAL
    if _is_upstream(evidence):
        return About.UPSTREAM
    return About.MODEL if reason is Reason.QUOTA and _is_of_model(evidence) else About.USUAL


_LIMITS = frozenset({Reason.RATE_LIMIT, Reason.QUOTA, Reason.OVERLOADED, Reason.SERVER_ERROR})


_TERMINAL_CODES = frozenset(
    map(
        normal,
        (
            *("token_revoked", "token_invalidated", "invalid_grant", "unauthorized_client", "invalid_token"),
            *(
                "refresh_token_reused",
                "account_deactivated",
                "api_key_expired",
                "api_key_revoked",
                "expired_key",
            ),
        ),
    )
)
"""A refresh cannot mend these: RFC 6749, 5.2; platform.openai.com; Google's `API_KEY_EXPIRED`; LiteLLM's keys."""


def _about_key(status: int | None, evidence: Evidence) -> About:
    if evidence.is_html:
        return About.HOST
    if any(normal(code) in _TERMINAL_CODES for code in evidence.codes):
        return About.TERMINAL
    text = evidence.text
    if _TERMINAL.has_any_in(text):
        return About.TERMINAL
    if status != 401 and _OF_MODEL_ONLY.has_any_in(text):
        return About.MODEL
    return About.UPSTREAM if _is_upstream(evidence) else About.USUAL


_TERMINAL = any_of(
    "has been revoked; was revoked; token revoked; expired or revoked; key…revoked; has been deactivated"
    "; account…deactivated; has been deleted; account…deleted; key…deleted; token has already been used"
    "; token was already used; token has been invalidated; reported as leaked"
    "; api key expired; api key has expired; expired key; refresh token not found; account…terminated"
    "; permanently; has been banned; organization has been disabled; 令牌已过期; 已被封禁; 已注销; 已被删除"
)
_OF_MODEL_ONLY = any_of(
    "not available in your; not supported in your; location is not supported; location not supported"
    "; country, region, or territory; region is not supported; region…not supported; cross-region"
    "; not enabled for; for this model; to this model; this model; the model; models/; foundation-model"
    "; to model; access model; for model; model access; organization's policy; organization policy"
    "; service control policy; must be verified; not allowed for this organization; your plan; this plan"
    "; only authorized for use with; 该模型; 此模型; 访问模型"
)
_QUOTA_OF_MODEL = any_of(
    "for model; this model; the model; on model; per model; limit: 0, model; reached for…in organization"
    "; free quota tier; free tier of the model; [model; models/; 该模型; 此模型"
)


def _is_of_model(evidence: Evidence) -> bool:
    codes = " ".join(evidence.codes).lower()
    if "freetieronly" in codes or "permodel" in codes or "user_model_rate" in codes:
        return True
    inner = [*_inner(evidence, "metadata"), *_inner(evidence, "quotadimensions")]
    return any("model" in each for each in inner) or _QUOTA_OF_MODEL.has_any_in(evidence.text)


def _inner(evidence: Evidence, key: str) -> list[Mapping[str, object]]:
    return [value for each in evidence.documents if isinstance(value := each.get(key), dict)]


def _is_upstream(evidence: Evidence) -> bool:
    """True when an aggregator speaks of the provider behind it."""
    text = evidence.text
    if "upstream" in text or "from provider" in text:
        return _UPSTREAM.has_any_in(text)
    return any(each.get("provider_name") for each in _inner(evidence, "metadata"))


_UPSTREAM = any_of(
    "rate-limited upstream; error from provider; upstream…rate; upstream…limit; upstream…quota"
)


_CERTIFICATE = any_of(
    "certificate_verify_failed; certificate verify; self-signed certificate; self signed certificate"
    "; self_signed_cert; certificate has expired; cert_has_expired; certificate is not trusted; hostname mismatch"
    "; certificate's altnames; cert_altname_invalid; verify the first certificate; verify_leaf_signature"
    "; local issuer certificate; unable_to_get_issuer; invalid peer certificate; x509:; unknownissuer"
    "; doesn't match…certificate; certificate…not valid for"
)
_CERTIFICATE_EXCEPTIONS = frozenset(
    map(normal, ("SSLCertVerificationError", "CertificateError", "ClientConnectorCertificateError"))
)


def _is_certificate(evidence: Evidence) -> bool:
    return normal(evidence.exception) in _CERTIFICATE_EXCEPTIONS or _CERTIFICATE.has_any_in(evidence.text)


_NOT = r"(?:not|n't|no endpoints found that|不) ?(?:currently )?support(?:ed)?(?: the| any)? ?"
_NO_TOOLS = re.compile(
    _NOT + r"(?:tools?(?! ?_?choice)|function.call|native tool)"
    r"|(?:tools?|tool.(?:use|calling|calls)|function.call(?:ing|s)) (?:is|are|not)[a-z ]{0,12} (?:not |un)?(?:supported|enabled)"
    r"|tool choice requires --|tools param requires --|不支持 ?(?:工具|函数|tool|function)"
)
_NO_IMAGES = re.compile(
    _NOT + r"(?:images?(?! (?:gen|format|type|url))|vision|multi-?modal|visual)"
    r"|images? (?:input |inputs |input modality |content )?(?:is|are) not (?:supported|enabled)"
    r"|image_url is only supported by|at most 0 image|not a (?:multimodal|vision)|not a vlm"
    r"|unknown variant `image|不支持 ?(?:图像|图片|视觉|多模态|image)"
)


def lacks_in(text: str) -> str | None:
    """`tools` or `images`, where *text* says that the model takes none."""
    if ("tool" in text or "function" in text or "工具" in text or "函数" in text) and _NO_TOOLS.search(text):
        return "tools"
    return "images" if any(map(text.__contains__, _IMAGES)) and _NO_IMAGES.search(text) else None


_IMAGES = ("image", "vision", "modal", "visual", "vlm", "不支持")
"""One of them is in every text that says so."""


_N = r"(\d[\d,]{1,9})(?![\d.]*[km]\b)"
_LENGTHS = tuple(
    map(
        re.compile,
        (
            rf"tokens > {_N} maximum",
            rf"\d \+ \d+ > {_N}",
            rf"context (?:length|window|size|limit)(?: limit| limitation)?(?: of| is|:)?(?: only)? \(?{_N}",
            rf"{_N} (?:maximum context|context length|context window)",
            rf"n_ctx: {_N}",
            rf"(?:must be|must have|have) (?:<=|<|less than|at most) (?:max_seq_len )?\(?{_N}",
            rf"(?:allowed|cannot exceed|up to) \(?{_N}",
            rf"should be \[\d+, {_N}",
            rf"(?:limit|maximum|max|max length|maximum length|prompt length)(?: of| is|:)? \(?{_N}",
            rf"(?:最大|最多|上限)[^\d]{{0,16}}{_N}",
        ),
    )
)
"""How providers name what the model holds, the unmistakable first."""
_SIZES = tuple(
    map(
        re.compile,
        (
            rf"\(\D{{0,8}}{_N} (?:tokens )?(?:in the messages|of text input|in your prompt|in the prompt)",
            rf"{_N} (?:tokens )?(?:from the input messages|in the messages|input tokens|`inputs` tokens|inputs tokens)",
            rf"{_N} tokens > ",
            rf"{_N} \+ \d+ > ",
            rf"(?:resulted in|prompt contains|request contains|received|has|given|token count of|current length is)[: ]+{_N}",
            rf"requested(?: about|:)? {_N}",
            rf"(?:token count|prompt|request|input|total length|input length|prompt_tokens) (?:\(\D{{0,16}})?{_N}",
            rf"(?:too long|n_keep|first|当前)\D{{0,3}} ?{_N}",
        ),
    )
)
"""How they name what the prompt has."""


def sizes_in(evidence: Evidence) -> tuple[int | None, int | None]:
    """Tokens that the model holds and tokens that the prompt has, as far as an overflow names them."""
    fields = {name: value for each in evidence.documents for name, value in each.items() if name in _FIELDS}
    length, size = (fields.get(name) for name in _FIELDS)
    return (
        _credible(length if isinstance(length, int) else _number(_LENGTHS, evidence.text)),
        size if isinstance(size, int) else _number(_SIZES, evidence.text),
    )


_FIELDS = ("n_ctx", "n_prompt_tokens")
"""As llama.cpp names them."""
_SMALLEST, _LARGEST = 256, 1_000_000_000
"""What a window may be. Anything else counts something else, and would keep every request from the link."""


def _credible(length: int | None) -> int | None:
    return length if length is not None and _SMALLEST <= length <= _LARGEST else None


def _number(forms: tuple[re.Pattern[str], ...], text: str) -> int | None:
    for form in forms:
        if found := form.search(text, 0, 4_000):
            return int(found[1].replace(",", ""))
    return None
