"""The table of phrases: what providers say when no status or code settles it.

Rows are asked from top to bottom, so that what is specific comes before what is general: moderation before
money, money before traffic, traffic before length (`input tokens per minute` is no overflow), length before
models, models before keys (`does not exist or you do not have access to it`). A row holds for some reasons
only as far as the status admits them. Text is compared in lower case with single spaces; `…` stands for up
to 80 characters. In English a part begins where a word begins, and a short last word is a whole one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from hermes_fallback.failover.wording import Glossary, Wording, glossary, wording
from hermes_fallback.model.reason import Reason

__all__ = ["PHRASES", "Phrase", "find_phrase"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """One wording. *soft* ones speak of a limit without saying of which length: the window they name decides."""

    reason: Reason
    text: str
    origin: str
    soft: bool = False
    always: bool = False
    """Holds under every status: it describes something that nothing else is said of."""
    wording: Wording


def find_phrase(text: str, admitted: frozenset[Reason]) -> Phrase | None:
    """The first row that *text* matches among those whose reason is *admitted*."""
    place = _admitted(admitted).first_in(text)
    return None if place is None else PHRASES[place]


@cache
def _admitted(reasons: frozenset[Reason]) -> Glossary:
    return _all().among({n for n, each in enumerate(PHRASES) if each.always or each.reason in reasons})


@cache
def _all() -> Glossary:
    return glossary(phrase.wording for phrase in PHRASES)


def _table(*lines: tuple[Reason, str, str], soft: bool = False, always: bool = False) -> tuple[Phrase, ...]:
    """One row for each wording of *lines*; wordings are parted by `; `."""
    return tuple(
        Phrase(reason=reason, text=text, origin=origin, soft=soft, always=always, wording=wording(text))
        for reason, origin, texts in lines
        for text in texts.split("; ")
    )


_SEEN = "seen in issue reports, 2025 and 2026"
_RELAYS = "one-api and new-api relays, sources and answers, seen 2026"
_CHINESE = "vendors' Chinese error pages and answers, seen 2026"
_OPENAI = "platform.openai.com/docs/guides/error-codes"
_ANTHROPIC = "docs.claude.com/en/api/errors; claude-code issues, 2026"
_GOOGLE = "ai.google.dev/gemini-api/docs/troubleshooting"
_AZURE = "learn.microsoft.com/azure/ai-services/openai"
_AWS = "docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html"
_OPENROUTER = "openrouter.ai/docs/api-reference/errors; issue reports, 2026"
_XAI = "docs.x.ai; issue reports, 2026"
_ALIBABA = "alibabacloud.com/help/en/model-studio/error-code, 2026-06-23"
_LOCAL = "Ollama, llama.cpp, vLLM, LM Studio and TGI sources, seen 2026"
_COPILOT = "GitHub Copilot and GitHub Models answers, seen 2025 and 2026"
_OAUTH = "RFC 6749, 5.2"
_LIBRARIES = "httpx, requests, aiohttp, urllib3 and the SDKs, observed 2026"
_PROXIES = "nginx, Envoy, Kong, Cloudflare and API Gateway built-in answers"
_HOSTS = "OpenAI-compatible hosts, 2025 and 2026"
_CLOUDS = "Google, Azure and OpenAI-compatible hosts, 2026"
_PLANS = "kimi.com/code, minimax.io and z.ai plans, 2026"
_DEEPSEEK = "DeepSeek, Moonshot and MiniMax answers, 2026"
_GROQ = "console.groq.com, Mistral, Cerebras and Fireworks, 2026"
_CHUTES = "DeepInfra, Chutes, NVIDIA and Hugging Face, 2026"
_MOONSHOT = "platform.moonshot.ai, SiliconFlow and Baidu, 2026"
_MISTRAL = "Mistral, Cohere, Together and Fireworks, 2026"
_ZAI = "docs.z.ai, MiniMax, Moonshot, DashScope and Tencent, 2026"
_TOGETHER = "Groq, Together, Fireworks, Cohere and NVIDIA, 2026"
_SILICON = "platform.moonshot.ai, DeepSeek and SiliconFlow, 2026"
_CHINA_KEYS = "DeepSeek, Moonshot, SiliconFlow, MiniMax and DashScope, 2026"
_LITELLM = "docs.litellm.ai/docs/proxy"
_COHERE = "docs.cohere.com/docs/rate-limits"
_OLLAMA = "ollama.com/settings, 2026"
_GROQ_COHERE = "Groq and Cohere, 2026"

_C, _Q, _R, _O = Reason.CONTENT_POLICY, Reason.QUOTA, Reason.RATE_LIMIT, Reason.OVERLOADED
_X, _M, _A, _P = Reason.CONTEXT_OVERFLOW, Reason.MODEL_NOT_FOUND, Reason.AUTH, Reason.PAYLOAD_TOO_LARGE
_E, _B, _I = Reason.ENDPOINT_NOT_FOUND, Reason.BAD_REQUEST, Reason.INVALID_RESPONSE
_T, _N, _S = Reason.TIMEOUT, Reason.CONNECTION, Reason.SERVER_ERROR

_OPENINGS = _table(
    (_B, _OPENAI, "invalid 'messages[…expected; invalid 'input[…expected; unsupported parameter: '"),
    (_B, _OPENAI, "unknown parameter: '; unrecognized request argument; must be followed by tool messages"),
    (_B, _ANTHROPIC, "`tool_use` ids were found; `tool_result` block; extra inputs are not permitted"),
    (_B, _ANTHROPIC, "roles must alternate; maximum allowed number of output tokens"),
    (_B, _ANTHROPIC, "text content blocks must be; request body is not valid json"),
    (_B, _OPENAI, "could not parse the json body; parse the body; failed to deserialize the json body"),
    (_B, _SEEN, 'unknown name "…cannot find field; image exceeds…maximum; image dimensions exceed'),
)

_MODERATION = _table(
    (_C, _OPENAI, "flagged as potentially violating; our safety system; violates our usage polic"),
    (_C, _OPENAI, "violating our usage polic; flagged for possible cybersecurity risk"),
    (_C, _OPENAI, "trusted access for cyber"),
    (_C, _ANTHROPIC, "content filtering policy; usage policy…unable to respond; violate our usage policy"),
    (_C, _ANTHROPIC, "unable to respond to this request, which appears to violate; output blocked by"),
    (_C, _AZURE, "content management policy; responsibleaipolicy; jailbreak…filtered"),
    (_C, _GOOGLE, "blocked due to safety; blocked by the safety; prohibited_content"),
    (_C, _GOOGLE, "blocked due to prohibited; prompt was blocked; response was blocked"),
    (_C, _GOOGLE, "blocked by model armor; block_reason:; violated google's responsible ai"),
    (_C, _GOOGLE, "violates the responsible ai; sensitive words that violate"),
    (_C, _AWS, "blocked by your guardrail; guardrail intervened; content filters; automatically blocked by"),
    (_C, _OPENROUTER, "your input was flagged; input was flagged for; requires moderation on"),
    (_C, _OPENROUTER, "flagged by moderation; flagged by the moderation; prompt was flagged"),
    (_C, _OPENROUTER, "request was flagged"),
    (_C, _XAI, "failed check: safety_check; violates usage guidelines"),
    (_C, _DEEPSEEK, "content exists risk; considered high risk; new_sensitive; high risk…rejected"),
    (_C, _DEEPSEEK, "sensitive content"),
    (_C, _ALIBABA, "inappropriate content; data_inspection; data may contain inappropriate"),
    (_C, _RELAYS, "sensitive words detected; prohibited content; sensitive information."),
    (_C, _SEEN, "moderation…rejected; rejected…moderation; content moderation; content policy violation"),
    (_C, _SEEN, "violates…content policy; violate…content policy; violates…community guidelines; nsfw"),
    (_C, _SEEN, "safety guidelines…violat; violat…safety; blocked by content filter"),
    (_C, _SEEN, "content filter was triggered; flagged as inappropriate; flagged…policy"),
    (_C, _SEEN, "violates…terms of use; harmful content; risk control…content; content…risk control"),
    (_C, _SEEN, "input or generation…sensitive"),
    (_C, _CHINESE, "敏感内容; 敏感信息; 敏感词; 审核不通过; 未通过审核; 内容审核; 违规内容; 内容违规"),
    (_C, _CHINESE, "涉嫌违规; 不安全或敏感; 内容安全; 高风险; 违反…政策; 不当内容; 屏蔽词; 风险内容"),
)

_MONEY = _table(
    (_Q, _OPENAI, "insufficient_quota; billing hard limit; check your billing details; billing_not_active"),
    (_Q, _ANTHROPIC, "credit balance is too low; specified api usage limits; extra usage is required"),
    (_Q, _ANTHROPIC, "usage credits are required; out of extra usage; out of usage credits"),
    (_Q, _ANTHROPIC, "issue with your organization's billing; hit your limit; hit your usage limit"),
    (_Q, _ANTHROPIC, "hit your session limit; workspace api usage limits"),
    (_Q, _ANTHROPIC, "third-party apps now draw from your extra usage"),
    (_Q, _GOOGLE, "requires billing to be enabled; enable billing; billing is disabled"),
    (_Q, _GOOGLE, "billing account…disabled; prepayment credits are depleted; exceeded its spending cap"),
    (_Q, _GOOGLE, "exceeded its monthly spending; limit: 0, model; have a free quota tier"),
    (_Q, _OPENROUTER, "never purchased credits; key limit exceeded; can only afford; requires more credits"),
    (_Q, _OPENROUTER, "spend limit exceeded; requires at least $; free-models-per-day"),
    (_Q, _XAI, "used all available credits; doesn't have any credits; spending limit"),
    (_Q, _HOSTS, "credit limit exceeded; credit limit reached; credit limit is insufficient"),
    (_Q, _HOSTS, "credits exhausted; insufficient balance; insufficient funds; insufficient credit"),
    (_Q, _HOSTS, "balance is insufficient; balance is not enough; balance…too low; not enough credit"),
    (_Q, _HOSTS, "not enough balance; no credits left; out of credits; out of funds; run out of credit"),
    (_Q, _HOSTS, "negative balance; positive balance; no usable credits; credits have been exhausted"),
    (_Q, _HOSTS, "credits…depleted; top up your; top up…to continue; recharge your account; please recharge"),
    (_Q, _HOSTS, "add a payment method; payment required; payment method…required; overdue balance"),
    (_Q, _HOSTS, "overdue payment; overdue-payment; bill is overdue; purchase more credits"),
    (_Q, _HOSTS, "buy more credits; add more credits; add credits; past invoices; unpaid invoice"),
    (_Q, _HOSTS, "in arrears; arrearage; past due; requires payment; credit required; prepaid credits"),
    (_Q, _HOSTS, "zero balance; requires a paid; paid plan…required; requires a subscription"),
    (_Q, _HOSTS, "subscription…expired; subscription has ended; no active subscription; trial…expired"),
    (_Q, _HOSTS, "trial has ended; free trial…used; plan…expired"),
    (_Q, "huggingface.co/docs/inference-providers/pricing", "monthly credits; included credits"),
    (_Q, "docs.litellm.ai/docs/proxy/users", "budget has been exceeded; budget exceeded; exceededbudget"),
    (_Q, "docs.litellm.ai/docs/proxy/users", "over budget"),
    (_Q, _AWS, "invalid_payment_instrument"),
    (_Q, _HOSTS, "credit card on file"),
    (_Q, _AZURE, "volume quota"),
    (_Q, _ALIBABA, "account is in good standing; free tier…exhausted; free tier only"),
    (_Q, _ALIBABA, "free allocated quota exceeded; commodity has not purchased; free quota…exhausted"),
    (_Q, _COPILOT, "premium request allowance; exceeded your premium; you have no quota"),
    (_Q, _COPILOT, "exceeded your copilot; no quota remaining; weekly rate limit; monthly quota"),
    (_Q, _OLLAMA, "session usage limit; weekly usage limit; upgrade for higher limits; hourly usage limit"),
    (_Q, _PLANS, "billing cycle; 5-hour usage limit; for 5 hour; 5-hour limit; token plan…limit"),
    (_Q, _PLANS, "usage limit reached; usage limit has been reached; usage limit exceeded; limit exhausted"),
    (_Q, _PLANS, "reached your usage limit; exceeded your usage limit; fair usage policy"),
    (_Q, "developers.cloudflare.com/workers-ai/platform/pricing", "daily free allocation"),
    (_Q, _SEEN, "not available on the free; exceeded today; daily quota; quota for today; used up your"),
    (_Q, _SEEN, "reached your monthly; reached your daily; monthly limit; daily limit; daily request limit"),
    (_Q, _SEEN, "daily token limit; daily usage limit; monthly usage limit; tokens exhausted"),
    (_Q, _RELAYS, "quota is not enough; quota not enough; token quota…exhausted"),
    (_Q, _RELAYS, "token has no remaining quota; tokenstatusexhausted; 额度不足; 额度已用尽; 额度用尽"),
    (_Q, _RELAYS, "额度已耗尽; 剩余额度; 余额不足; 欠费; 充值; 资源包"),
    (_Q, _CHINESE, "配额不足; 免费额度; 使用额度; 套餐已到期; 套餐…用完; 用量上限; 使用上限; 已用完"),
    (_Q, _CHINESE, "账户余额; 已过期…套餐; 每日…上限; 当日…限; 今日…上限; 今日…用完; 日调用量; 日限额"),
    (_Q, _CHINESE, "月限额; 每周…上限; 欠款; 预付费; 未付费"),
)

_CAPACITY = _table(
    (_O, _OPENAI, "overloaded; slow down; servers are currently; at capacity"),
    (_O, _GOOGLE, "high demand; spikes in demand"),
    (_O, _GROQ, "over capacity; capacity exceeded; high traffic; server overload; capacity constraint"),
    (_O, _GROQ, "peak load"),
    (_O, _CHUTES, "model busy; model is busy; no instances available; worker local total request limit"),
    (_O, _CHUTES, "degraded function; is currently loading; maximum capacity; cold start"),
    (_O, _LOCAL, "server busy; loading model; maximum pending requests; not ready for inference"),
    (_O, _LOCAL, "queue is full; model is loading; model is not ready; slots are busy; no slot available"),
    (_O, _LOCAL, "no available slots; is still loading; model is starting; warming up"),
    (_O, _SEEN, "server is busy; service is busy; system is busy; too busy; currently busy"),
    (_O, _SEEN, "temporarily unavailable; insufficient capacity; lack of capacity; out of capacity"),
    (_O, _SEEN, "no capacity; heavy load; high load; unusually high; busy right now; system capacity"),
    (_O, _SEEN, "server load; cluster…load; resources are insufficient; insufficient resources"),
    (_O, _SEEN, "no available channel…saturat; no healthy; no available server; no workers available"),
    (_O, _SEEN, "no available worker"),
    (_O, _PROXIES, "service unavailable; upstream connect error; no server is available"),
    (_O, _PROXIES, "backend fetch failed; unable to process your request; currently unable to handle"),
    (_O, _RELAYS, "负载已饱和; 负载饱和; 上游负载; 负载较高; 负载过高; 服务繁忙; 系统繁忙; 服务器繁忙"),
    (_O, _RELAYS, "访问量过大"),
    (_O, _CHINESE, "资源紧张; 容量不足; 服务忙; 模型繁忙; 拥挤; 过载; 引擎繁忙; 排队; 算力; 流量过大"),
    (_O, _CHINESE, "服务不可用"),
    (_O, "Vietnamese, Korean and Japanese relays, seen 2026", "đang bận; quá tải; 過負荷; 混雑; 과부하"),
)

_TRAFFIC = _table(
    (_R, _OPENAI, "rate_limit; tokens per min; requests per min; tokens per day; requests per day"),
    (_R, _OPENAI, "request too large for…limit"),
    (_R, _ANTHROPIC, "maximum usage increase rate; concurrent connections has exceeded"),
    (_R, _AWS, "too many requests; too many tokens, please wait; too many tokens per; too many connections"),
    (_R, _AWS, "throttl; rate exceeded; request rate is too high"),
    (_R, _OPENROUTER, "rate-limited; free-models-per-min"),
    (_R, _ALIBABA, "allocated quota exceeded; current requests list; exceeded your request limit"),
    (_R, _ALIBABA, "request limit exceeded"),
    (_R, _MOONSHOT, "max concurrency; max rpm; tpm limit; rpm limit; qps request limit; qps limit"),
    (_R, _MOONSHOT, "request limit reached; high concurrency usage; qpsoverflow; ipm limit"),
    (_R, _COHERE, "api calls / minute; trial key, which is limited to; calls per minute"),
    (_R, _SEEN, "concurrency limit; concurrent request; concurrent limit; too frequent; too many concurrent"),
    (_R, _SEEN, "too quickly; limit per minute; requests per second; minute limit; token limit…per day"),
    (_R, _SEEN, "rate limit; ratelimit; too many api requests; sending requests too; secondary rate"),
    (_R, _CHINESE, "频率; 请求过多; 频繁; 限流; 并发; 流控; 请求数过多; 每分钟; 速率"),
)

_SOFT_QUOTA = _table(
    (_Q, _GOOGLE, "exhausted your capacity on this model; quota will reset after"),
    (_Q, _CLOUDS, "exceeded your current quota; exceeded your quota; quota exceeded"),
    (_Q, _CLOUDS, "quota has been exceeded; quota_exceeded; exceeded quota; over quota; exceeded the quota"),
    (_Q, _CLOUDS, "quota limit; quota…exhausted; exceeds…quota; usage limit; token limit exceeded for"),
    (_Q, _CLOUDS, "limit for your plan; insufficient quota; upgrade to a paid"),
    (_Q, _CHINESE, "配额; 限额; 额度"),
    soft=True,
)

_LENGTH = _table(
    (_X, _OPENAI, "context_length_exceeded; reduce the length of; input tokens exceed the configured limit"),
    (_X, _OPENAI, "string too long"),
    (_X, _ANTHROPIC, "prompt is too long; long context beta; exceeds the maximum context"),
    (_X, _GOOGLE, "input token count; max input token; number of input tokens"),
    (_X, _AWS, "input is too long; too many input tokens; exceeds the maximum allowed input"),
    (_X, _AWS, "expected maxlength"),
    (_X, _COPILOT, "prompt token count; tokens_limit_reached; max size:…tokens; prompt tokens limit"),
    (_X, _MISTRAL, "too large for model with; total number of tokens in the prompt"),
    (_X, _MISTRAL, "tokens + `max_new_tokens`; `inputs` must have less than; prompt too long"),
    (_X, _MISTRAL, "tokens + max_new_tokens"),
    (_X, _LOCAL, "exceeds the available context size; context size has been exceeded; exceeds max context"),
    (_X, _LOCAL, "n_ctx; max_model_len; when context the overflows; slot context; context overflow"),
    (_X, _LOCAL, "maximum model length; prompt_tokens…must be less than; max_seq_len"),
    (_X, _LOCAL, "exceeds the model's context; exceeds model's context; exceeds context"),
    (_X, _LOCAL, "longer than the model; larger than the maximum context; longer than the maximum"),
    (_X, _LOCAL, "exceeds…context size; prompt too large; prompt…is too long"),
    (_X, _ZAI, "exceeds max length; exceeded model token limit; tokens in request more than"),
    (_X, _ZAI, "input token length; total message token length exceed; exceeded the maximum length"),
    (_X, _SEEN, "too many tokens; context window; context limit; token limit exceeded"),
    (_X, _SEEN, "exceeds the token limit; maximum number of tokens; conversation is too long"),
    (_X, _SEEN, "message is too long; messages too long; prompt length; input too long; input length"),
    (_X, _SEEN, "exceeds the maximum length; request exceeds the maximum…tokens; context length"),
    (_X, _SEEN, "exceeds maximum token; tokens exceeds; too long for"),
    (_X, _CHINESE, "超过最大长度; 上下文长度; 上下文窗口; 超长; 输入长度; 过长; token数量超过"),
    (_X, _CHINESE, "token 数量超过; 输入token; 超出最大; 超过模型…长度; 最大上下文; 长度超过; 长度超限"),
    (_X, _CHINESE, "tokens超; token超; 最大token"),
)

_MODELS = _table(
    (_M, _OPENAI, "model…does not exist; does not have access to model; model_not_found"),
    (_M, _OPENAI, "is not supported when using codex; model…not a chat model; must be verified to"),
    (_M, _ANTHROPIC, "model: claude; model…is not available; model not available"),
    (_M, _GOOGLE, "models/…is not found; no longer available to new users; is not found for api version"),
    (_M, _GOOGLE, "publisher model; model…was not found; model…is not supported for generatecontent"),
    (_M, _AZURE, "api deployment for this resource does not exist; deployment…not found"),
    (_M, _AZURE, "deployment…does not exist"),
    (_M, _AWS, "model identifier is invalid; on-demand throughput isn't supported"),
    (_M, _AWS, "access to the model with the specified; marked by provider as legacy"),
    (_M, _AWS, "model version has reached the end; model use case details; model access is denied"),
    (_M, _AWS, "could not resolve the foundation model; model isn't supported; inference profile"),
    (_M, _TOGETHER, "decommissioned; unable to access model; not deployed; non-serverless"),
    (_M, _TOGETHER, "function…not found for account; end of life; no longer supported"),
    (_M, _TOGETHER, "model…no longer available"),
    (_M, _OPENROUTER, "no endpoints found; not a valid model; no allowed providers are available"),
    (_M, _OPENROUTER, "no endpoints available; all providers have been ignored; no provider available"),
    (_M, _OPENROUTER, "matching your data policy"),
    (_M, _COPILOT, "requested model is not supported; not supported by any provider"),
    (_M, _COPILOT, "model is not available for; model_not_supported; not accessible via the"),
    (_M, _COPILOT, "unknown model; unavailable model; model is disabled"),
    (_M, _LITELLM, "llm provider not provided; no healthy deployments for; not allowed to access model"),
    (_M, _LITELLM, "no deployments with"),
    (_M, _LOCAL, "try pulling it first; no models loaded; no model loaded; model…not found"),
    (_M, _LOCAL, "failed to load model; model…not loaded; model is not loaded; pull model"),
    (_M, _LOCAL, "could not find model"),
    (_M, _SILICON, "not found the model; model not exist; model does not exist; model disabled"),
    (_M, _SILICON, "has not activated the model; not support model"),
    (_M, _SEEN, "no such model; invalid model; model not found; unsupported model; model…is not supported"),
    (_M, _SEEN, "model…not supported; model…isn't available; model is unavailable; not a recognized model"),
    (_M, _SEEN, "model is not enabled; model…not enabled; model…not available; not have access to…model"),
    (_M, _SEEN, "no access to model; access to…model…denied; model…deprecated; model…retired; model…removed"),
    (_M, _SEEN, "model name is invalid; unrecognized model; model…doesn't exist; supported models are"),
    (_M, _SEEN, "the model…not permitted; can't find…model; cannot find…model; model…could not be found"),
    (_M, _RELAYS, "无可用渠道; no available channel; 模型不存在; 不存在的模型; 模型…不存在"),
    (_M, _RELAYS, "倍率或价格未配置; 无权访问模型; 无权使用…模型"),
    (_M, _CHINESE, "模型未开通; 未开通模型; 不支持的模型; 不支持该模型; 模型不可用; 模型已下线; 无效的模型"),
    (_M, _CHINESE, "模型未找到; 没有可用…模型"),
)

_KEYS = _table(
    (_A, _OPENAI, "incorrect api key; api_key client option must be set; insufficient permissions"),
    (_A, _OPENAI, "country, region, or territory; account…deactivated; must be a member of an organization"),
    (_A, _OPENAI, "invalid_api_key"),
    (_A, _ANTHROPIC, "invalid x-api-key; x-api-key header is required"),
    (_A, _ANTHROPIC, "could not resolve authentication method; invalid bearer token; oauth token has"),
    (_A, _ANTHROPIC, "oauth authentication is currently not allowed; organization has been disabled"),
    (_A, _ANTHROPIC, "oauth token revoked; only authorized for use with claude code; not have permission"),
    (_A, _ANTHROPIC, "authentication credentials"),
    (_A, _GOOGLE, "api key not valid; api key expired; api key not found; reported as leaked"),
    (_A, _GOOGLE, "user location is not supported; has not been used in project; denied access"),
    (_A, _GOOGLE, "permission…denied on resource; could not automatically determine credentials"),
    (_A, _GOOGLE, "default credentials were not found; reauthentication is needed"),
    (_A, _AZURE, "invalid subscription key; virtual network/firewall; principal does not have access"),
    (_A, _AZURE, "lacks the required data action; public access is disabled"),
    (_A, _AZURE, "traffic is not from an approved; invalid audience; token audience"),
    (_A, _AWS, "security token; unable to locate credentials; signature we calculated; sso session"),
    (_A, _AWS, "signature…expired; explicit deny; request signature; partial credentials; sso token"),
    (_A, _SEEN, "missing credentials; token seems invalid; token is invalid; token is not valid"),
    (_A, _OPENROUTER, "no auth credentials; user not found; no cookie auth; invalid credentials"),
    (_A, _COPILOT, "personal access tokens are not supported; token expired; bad credentials; copilot token"),
    (_A, _COPILOT, "resource not accessible by"),
    (_A, _LIBRARIES, "illegal header value; codec can't encode character; invalid header value"),
    (_A, _LIBRARIES, "missing authorization"),
    (_A, _LITELLM, "authentication error; invalid proxy server token; no auth available"),
    (_A, _CHINA_KEYS, "authentication fails; login fail; invalid api-key; api key is invalid"),
    (_A, _CHINA_KEYS, "invalid authentication; invalid token"),
    (_A, _OAUTH, "invalid_grant; token has been expired or revoked; refresh token; token…revoked"),
    (_A, _OAUTH, "token has expired"),
    (_A, _SEEN, "invalid api key; invalid apikey; invalid api_key; api key…invalid; api key is missing"),
    (_A, _SEEN, "missing api key; no api key; api key…expired; api key…disabled; api key…revoked"),
    (_A, _SEEN, "api key required; api key is required; api key…not found; provide an api key"),
    (_A, _SEEN, "key is not valid; wrong api key; invalid access token; access token…invalid"),
    (_A, _SEEN, "access token…expired; authentication failed; authentication required; not authenticated"),
    (_A, _SEEN, "unauthorized; not authorized; authorization failed; authentication is required"),
    (_A, _SEEN, "unauthenticated; permission denied; access denied; forbidden; authorization required"),
    (_A, _SEEN, "account…suspended; account…disabled; account…banned; account…blocked; has been banned"),
    (_A, _SEEN, "account…locked; ip address is not allowed; ip is not allowed; not in the whitelist"),
    (_A, _SEEN, "not available in your region; not available in your country; not supported in your"),
    (_A, _SEEN, "region…not supported; please log in; please login; login required; sign in again"),
    (_A, _SEEN, "re-authenticate"),
    (_A, _RELAYS, "令牌; 封禁; 网段; 无权"),
    (_A, _CHINESE, "鉴权; 认证失败; 未授权; 密钥无效; api key 无效; key无效; 验证失败; token非法"),
    (_A, _CHINESE, "token 非法; 无效的api; 权限不足; 没有权限; 登录; 授权错误; 账号已被; 账户已被锁定"),
    (_A, _CHINESE, "黑名单"),
)

_SIZE = _table(
    (_P, _PROXIES, "request entity too large; payload too large; content too large; length limit exceeded"),
    (_P, _PROXIES, "body too large"),
    (_P, _SEEN, "body size; request size exceeds; request too large; exceeds the maximum size"),
    (_P, _SEEN, "body is too large"),
    (_P, "platform.moonshot.ai, seen 2026", "message size…exceeds limit"),
    (_P, _CHINESE, "请求体过大; 请求体太大; 文件过大"),
)

_PATHS = _table(
    (_E, _OPENAI, "no route for; route not found; unexpected endpoint; unknown endpoint"),
    (_E, _OPENAI, "unknown request url"),
    (_E, _PROXIES, "no route matched; no matching route; page not found; method not allowed; cannot post /"),
    (_E, _PROXIES, "cannot get /; no such route; path not found; route post; route get; endpoint not found"),
    (_E, _PROXIES, "not found: /; invalid api path; no route found; url was not found"),
    (_E, _LIBRARIES, "missing an 'http://' or 'https://'; invalid url; no scheme supplied; invalid port"),
    (_E, _CHINESE, "接口不存在; 路径不存在; 地址错误; 请求地址"),
)

_NONSENSE = _table(
    (_I, _LIBRARIES, "'nonetype' object is not; expecting value: line; unterminated string starting"),
    (_I, _LIBRARIES, "no choices returned; unexpected token…json; unexpected end of json; not valid json"),
    (_I, _LIBRARIES, "invalid json response; looking for beginning of value; extra data: line"),
    (_I, _LIBRARIES, "expecting property name; expecting ',' delimiter; no generations; empty response"),
    (_I, _LIBRARIES, "returned no content; no content in response; without a finish reason"),
    (_I, _LIBRARIES, "stream ended without; ended prematurely; list index out of range; 'choices'"),
    (_I, _LIBRARIES, "invalid response object; response is not valid; stream closed before"),
    (_I, _LIBRARIES, "no output generated; no object generated; empty stream; received empty"),
    (_I, _LIBRARIES, "response contained no"),
    (
        _I,
        _GROQ_COHERE,
        "failed to call a function; malformed response; no valid tool call; failed to generate json",
    ),
    (_I, _GROQ_COHERE, "failed_generation; malformed function call; malformed_function_call"),
    (_I, _GROQ_COHERE, "no response generated; returned empty"),
    (_I, _CHINESE, "返回为空; 空回复; 空响应; 返回空"),
)

_SILENCE = _table(
    (_T, _LIBRARIES, "timed out; timeout; time-out; deadline exceeded; deadline expired; etimedout"),
    (_T, _LIBRARIES, "took too long; time out; operation was aborted"),
    (_T, _CHINESE, "超时"),
)

_NETWORK = _table(
    (_N, _LIBRARIES, "connection refused; connection reset; connection aborted; connection error"),
    (_N, _LIBRARIES, "connection closed; econnrefused; name or service not known; getaddrinfo"),
    (_N, _LIBRARIES, "nodename nor servname; temporary failure in name resolution; enotfound"),
    (_N, _LIBRARIES, "failed to resolve; could not resolve host; no address associated"),
    (_N, _LIBRARIES, "cannot connect to host; failed to connect; ssl:; certificate verify; tlsv1"),
    (_N, _LIBRARIES, "ssl handshake; certificate has expired; self-signed certificate; self signed"),
    (_N, _LIBRARIES, "certificate's altnames; invalid peer certificate; x509: certificate"),
    (_N, _LIBRARIES, "network is unreachable; no route to host; broken pipe; server disconnected"),
    (_N, _LIBRARIES, "peer closed connection; connection attempts failed; socket hang up; fetch failed"),
    (_N, _LIBRARIES, "remote end closed connection; unexpected eof; network error; incomplete chunked read"),
    (_N, _LIBRARIES, "remote host closed; econnreset; dial tcp; connection was closed; connection lost"),
    (_N, _LIBRARIES, "could not connect; unable to connect; connect call failed; incompleteread"),
    (_N, _LIBRARIES, "illegal status line; connection terminated; connection broken; transfererror"),
    (_N, _LIBRARIES, "proxy authentication required; tunnel connection failed; connection timed"),
    (_N, _LIBRARIES, "enetunreach; ehostunreach; err_connection; err_network"),
    (_N, _LIBRARIES, "stream error: stream id; received from peer; http2:"),
    (_N, _CHINESE, "连接失败; 连接被拒绝; 网络错误; 网络异常; 无法连接"),
)

_CRASHES = _table(
    (_S, _LOCAL, "model has crashed; process has terminated; requires more system memory; cuda error"),
    (_S, _LOCAL, "cuda out of memory; unexpectedly stopped; enginecore"),
    always=True,
)

_BREAKAGE = _table(
    (_S, _OPENROUTER, "provider returned error"),
    (_S, _SEEN, "server had an error; internal error; something went wrong; bad gateway; upstream error"),
    (_S, _SEEN, "unexpected error"),
    (_S, _SEEN, "error occurred while processing; failed to generate a response; unknown error"),
    (_S, _SEEN, "inference error; server error; system error; failed to allocate"),
    (_S, _SEEN, "unhandled exception; upstream request failed; upstream returned; internalservererror"),
    (_S, _SEEN, "runtime error; internal exception; bad response status"),
    (_S, _CHINESE, "内部错误; 系统异常; 服务异常; 服务器错误; 未知错误; 系统错误; 服务内部; 内部异常"),
)

_REQUESTS = _table(
    (_B, _SEEN, "invalid request; bad request; invalid argument; invalid parameter; invalid params"),
    (_B, _SEEN, "does not support; is required; unsupported value; invalid value; validation error"),
    (_B, _SEEN, "must be a; failed to parse grammar; invalid json; malformed; param incorrect"),
    (_B, _SEEN, "is not supported; unexpected keyword argument; field required; invalid type"),
    (_B, _SEEN, "invalid_request"),
    (_B, _CHINESE, "参数有误; 参数错误; 参数不; 请求参数; 不能为空; 格式错误; 不合法"),
)

_GROUPS = (
    _OPENINGS,
    _MODERATION,
    _MONEY,
    _CAPACITY,
    _TRAFFIC,
    _SOFT_QUOTA,
    _CRASHES,
    _LENGTH,
    _MODELS,
    _KEYS,
    _SIZE,
    _PATHS,
    _NONSENSE,
    _SILENCE,
    _NETWORK,
    _BREAKAGE,
    _REQUESTS,
)
PHRASES = tuple(row for group in _GROUPS for row in group)
"""Every wording we know, in the order their groups are asked."""
