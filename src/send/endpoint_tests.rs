//! Who is asked, and with which key, as data.

use super::*;

const OURS: &str = "https://models.example/v1";
const FOREIGN: &str = "https://models.example:8443/v1";
const NOBODY: Wanted = Wanted { model: None, provider: None, protocol: None, base_url: None };

/// Variables by name; the keys are called after what they open.
fn environment(set: &str) -> Environment {
    let variable = |name: &str| {
        let pairs = set.split_whitespace().filter_map(|pair| pair.split_once('='));
        pairs.filter(|(own, _)| *own == name).map(|(_, value)| value.to_owned()).next()
    };
    Environment {
        openai_base_url: variable("OPENAI_BASE_URL"),
        forkful_base_url: variable("FORKFUL_BASE_URL"),
        keys: key_variables().filter_map(|name| Some((name, Secret::new(&variable(name)?)))).collect(),
        keyring: None,
    }
}

fn remembered(base_url: &str) -> Remembered<'_> {
    Remembered { model: "old", protocol: "openai-chat", base_url, provider: None }
}

fn check(flag: Option<&str>, before: Option<&str>, set: &str, expected: Result<(&str, Option<&str>), &str>) {
    let wanted = Wanted { base_url: flag, ..NOBODY };
    let resolved = resolve(wanted, before.map(remembered), &environment(set));
    let resolved = resolved.map(|chosen| (chosen.endpoint.base_url.to_string(), chosen.endpoint.key));
    let expected = expected.map(|(url, key)| (url.to_owned(), key.map(Secret::new)));
    assert_eq!(
        resolved.map_err(|error| error.to_string()),
        expected.map_err(str::to_owned),
        "{flag:?} {before:?} {set}"
    );
}

#[test]
fn the_flag_wins_then_our_variable_then_the_memory_then_openais() {
    let all = format!("OPENAI_BASE_URL=https://c/v1 FORKFUL_BASE_URL={OURS}");
    check(Some("https://a/v1"), Some("https://b/v1"), &all, Ok(("https://a/v1", None)));
    check(None, Some("https://b/v1"), &all, Ok((OURS, None)));
    check(None, Some("https://b/v1"), "OPENAI_BASE_URL=https://c/v1", Ok(("https://b/v1", None)));
    check(None, None, "OPENAI_BASE_URL=https://c/v1", Ok(("https://c/v1", None)));
    check(None, None, "OPENAI_BASE_URL= FORKFUL_BASE_URL=", Ok((OPENAI, None)));
}

#[test]
fn a_server_is_taken_for_what_it_was_taken_for() {
    let check = |wanted: Wanted, before: Remembered, expected: &str| {
        let chosen = resolve(wanted, Some(before), &environment("")).expect("a server");
        assert_eq!(chosen.endpoint.host.name, expected, "{wanted:?} {before:?}");
    };
    let here = "http://127.0.0.1:8765/v1";
    let before = Remembered { provider: Some("deepseek"), ..remembered(here) };
    check(NOBODY, before, "deepseek");
    check(NOBODY, remembered(here), "");
    check(Wanted { provider: Some("groq"), base_url: Some(here), ..NOBODY }, before, "groq");
    check(Wanted { base_url: Some("http://127.0.0.1:9/v1"), ..NOBODY }, before, "");
}

#[test]
fn a_key_goes_only_to_the_origin_it_is_bound_to() {
    let both = "OPENAI_API_KEY=openai FORKFUL_API_KEY=forkful";
    let moved = "OPENAI_API_KEY=openai OPENAI_BASE_URL=https://proxy.example/v1";
    let ours = format!("{both} FORKFUL_BASE_URL={OURS}");
    // OpenAI's key.
    check(None, None, both, Ok((OPENAI, Some("openai"))));
    check(
        Some("https://API.openai.com:443/v2"),
        None,
        "OPENAI_API_KEY=openai",
        Ok(("https://api.openai.com/v2", Some("openai"))),
    );
    check(Some(OURS), None, "OPENAI_API_KEY=openai", Ok((OURS, None)));
    check(
        Some("https://api.openai.com.example/v1"),
        None,
        "OPENAI_API_KEY=openai",
        Ok(("https://api.openai.com.example/v1", None)),
    );
    check(None, None, moved, Ok(("https://proxy.example/v1", Some("openai"))));
    check(Some(OPENAI), None, moved, Ok((OPENAI, None)));
    check(None, None, "OPENAI_API_KEY=", Ok((OPENAI, None)));
    // Ours.
    check(Some(OURS), None, both, Ok((OURS, Some("forkful"))));
    check(Some(OPENAI), None, both, Ok((OPENAI, Some("forkful"))));
    check(None, None, &ours, Ok((OURS, Some("forkful"))));
    check(Some("https://models.example/v2"), None, &ours, Ok(("https://models.example/v2", Some("forkful"))));
    check(Some(FOREIGN), None, &ours, Ok((FOREIGN, None)));
    check(Some(OPENAI), None, &ours, Ok((OPENAI, Some("openai"))));
    check(None, None, "FORKFUL_API_KEY=forkful", Ok((OPENAI, None)));
    // What was remembered names no home for a key.
    check(None, Some(OURS), both, Ok((OURS, None)));
    check(None, Some(OURS), moved, Ok((OURS, None)));
    check(None, Some(OPENAI), both, Ok((OPENAI, Some("openai"))));
    // A broken variable that is not chosen does no harm.
    check(Some(OURS), None, "OPENAI_API_KEY=openai OPENAI_BASE_URL=nonsense", Ok((OURS, None)));
}

#[test]
fn the_keyring_is_asked_for_the_one_key_that_is_missing() {
    let keyring: Keyring = |variable| match variable {
        "OPENAI_API_KEY" | "FORKFUL_API_KEY" => Ok(Some(Secret::new("kept"))),
        "MISTRAL_API_KEY" => Err("it is locked".to_owned()),
        _ => Ok(None),
    };
    let check = |base_url: &str, set: &str, expected: Result<Option<&str>, &str>| {
        let environment = Environment { keyring: Some(keyring), ..environment(set) };
        let chosen = resolve(Wanted { base_url: Some(base_url), ..NOBODY }, None, &environment);
        let key = chosen.map(|chosen| chosen.endpoint.key).map_err(|error| error.to_string());
        assert_eq!(key, expected.map(|key| key.map(Secret::new)).map_err(str::to_owned), "{base_url} {set}");
    };
    check(OPENAI, "", Ok(Some("kept")));
    check(OPENAI, "OPENAI_API_KEY=set", Ok(Some("set")));
    check("https://api.anthropic.com/v1", "", Ok(None));
    check("https://api.mistral.ai/v1", "", Err("the keyring does not give MISTRAL_API_KEY: it is locked"));
    check("https://api.mistral.ai/v1", "MISTRAL_API_KEY=set", Ok(Some("set")));
    // No other server draws a key out of it.
    check(OURS, "", Ok(None));
    check("http://127.0.0.1:8080/v1", "", Ok(None));
}

#[test]
fn a_key_travels_encrypted_or_stays_on_this_machine() {
    let key = "FORKFUL_API_KEY=forkful";
    for url in ["http://localhost:8080/v1", "http://127.0.0.1:8080/v1", "http://[::1]:8080/v1"] {
        check(Some(url), None, key, Ok((url, Some("forkful"))));
    }
    let remote = "http://models.example/v1";
    check(Some(remote), None, key, Err("refused to send a key unencrypted to http://models.example"));
    check(Some(remote), None, "", Ok((remote, None)));
    check(
        None,
        None,
        "OPENAI_API_KEY=openai OPENAI_BASE_URL=http://api.openai.com/v1",
        Err("refused to send a key unencrypted to http://api.openai.com"),
    );
    for bad in ["", "localhost:8080", "file:///v1", "https://me:deep@models.example/v1"] {
        check(Some(bad), None, key, Err("unusable base URL"));
    }
}

#[test]
fn the_models_name_tells_its_server_unless_something_else_does() {
    let check = |wanted: Wanted, before: Option<&str>, set: &str, expected: (&str, &str, Option<&str>)| {
        let chosen = resolve(wanted, before.map(remembered), &environment(set)).expect("a server");
        let url = chosen.endpoint.base_url.to_string();
        let told = (url.as_str(), chosen.protocol.name, chosen.model.as_deref());
        assert_eq!(told, expected, "{wanted:?} {before:?} {set}");
    };
    let model = |model| Wanted { model: Some(model), ..NOBODY };
    let anthropic = "https://api.anthropic.com/v1";
    let gemini = "https://generativelanguage.googleapis.com/v1beta";
    let openrouter = "https://openrouter.ai/api/v1";
    check(NOBODY, None, "", (OPENAI, "openai-responses", None));
    check(model("gpt-5"), None, "", (OPENAI, "openai-responses", Some("gpt-5")));
    check(model("claude-opus-4-8"), None, "", (anthropic, "anthropic", Some("claude-opus-4-8")));
    check(model("gemini-3-pro"), None, "", (gemini, "gemini", Some("gemini-3-pro")));
    check(model("somebody"), None, "", (OPENAI, "openai-responses", Some("somebody")));
    check(model("anthropic/claude-x"), None, "", (anthropic, "anthropic", Some("claude-x")));
    check(model("openrouter/anthropic/x"), None, "", (openrouter, "openai-chat", Some("anthropic/x")));
    check(model("ollama/qwen3:4b"), None, "", ("http://127.0.0.1:11434/api", "ollama", Some("qwen3:4b")));
    check(model("org/name"), None, "", (OPENAI, "openai-responses", Some("org/name")));
    // A server of one maker's models lets a model of another one go; one of anybody's models keeps it.
    check(model("claude-x"), Some(OPENAI), "", (anthropic, "anthropic", Some("claude-x")));
    check(model("gpt-5"), Some(OPENAI), "", (OPENAI, "openai-chat", Some("gpt-5")));
    check(model("anthropic/x"), Some(openrouter), "", (openrouter, "openai-chat", Some("anthropic/x")));
    check(model("claude-x"), Some(OURS), "", (OURS, "openai-chat", Some("claude-x")));
    // A model that is known as another one's, or is written with its provider, goes to its own.
    let known = "claude-opus-4-8";
    let ollama = "http://127.0.0.1:11434/api";
    for before in [OURS, openrouter, "http://127.0.0.1:8765/v1"] {
        check(model(known), Some(before), "", (anthropic, "anthropic", Some(known)));
        check(model("ollama/qwen3:4b"), Some(before), "", (ollama, "ollama", Some("qwen3:4b")));
    }
    check(model("anthropic/claude-x"), Some(OURS), "", (anthropic, "anthropic", Some("claude-x")));
    check(model("openai/gpt-oss-20b"), Some(OURS), "", (OURS, "openai-chat", Some("openai/gpt-oss-20b")));
    check(model("mistral-7b"), Some(OURS), "", (OURS, "openai-chat", Some("mistral-7b")));
    check(model("old"), Some(OURS), "", (OURS, "openai-chat", Some("old")));
    check(NOBODY, Some(OURS), "", (OURS, "openai-chat", Some("old")));
    // What is said outright wins.
    let ours = "FORKFUL_BASE_URL=https://models.example/v1";
    check(model("claude-x"), None, ours, (OURS, "openai-chat", Some("claude-x")));
    check(Wanted { provider: Some("anthropic"), ..NOBODY }, Some(OURS), ours, (anthropic, "anthropic", None));
    check(Wanted { base_url: Some(OURS), ..model("openai/x") }, None, "", (OURS, "openai-chat", Some("openai/x")));
    let proxied = Wanted { base_url: Some(OURS), provider: Some("anthropic"), ..model("x") };
    check(proxied, None, "", (OURS, "anthropic", Some("x")));
    let other = Wanted { protocol: Some("gemini"), base_url: Some("http://127.0.0.1:1"), ..model("x") };
    check(other, None, "", ("http://127.0.0.1:1/v1beta", "gemini", Some("x")));
    check(
        Wanted { base_url: Some("http://localhost:11434"), ..NOBODY },
        None,
        "",
        ("http://localhost:11434/api", "ollama", None),
    );
    check(
        Wanted { provider: Some("openai"), ..NOBODY },
        None,
        "OPENAI_BASE_URL=https://c/v1",
        ("https://c/v1", "openai-responses", None),
    );
}

#[test]
fn a_server_that_is_left_for_the_models_name_is_told() {
    let check = |wanted: Wanted, before: &str, expected: Option<&str>| {
        let chosen = resolve(wanted, Some(remembered(before)), &environment("")).expect("a server");
        assert_eq!(chosen.left.as_deref(), expected, "{wanted:?} {before}");
    };
    let model = |model| Wanted { model: Some(model), ..NOBODY };
    check(model("claude-opus-4-8"), OURS, Some(OURS));
    check(model("gpt-5"), OPENAI, None);
    check(model("nobody"), OURS, None);
    check(Wanted { base_url: Some("http://127.0.0.1:1/v1"), ..model("gpt-5") }, OURS, None);
    check(NOBODY, OURS, None);
}

#[test]
fn each_host_has_its_own_key() {
    let all = "ANTHROPIC_API_KEY=anthropic GEMINI_API_KEY=gemini GOOGLE_API_KEY=google GROQ_API_KEY=groq \
               OPENAI_API_KEY=openai FORKFUL_API_KEY=forkful";
    let check = |wanted: Wanted, set: &str, key: Option<&str>, missing: Option<&str>| {
        let endpoint = resolve(wanted, None, &environment(set)).expect("a server").endpoint;
        assert_eq!((endpoint.key.clone(), endpoint.missing_key()), (key.map(Secret::new), missing), "{wanted:?}");
    };
    let at = |provider| Wanted { provider: Some(provider), ..NOBODY };
    check(at("anthropic"), all, Some("anthropic"), None);
    check(at("gemini"), all, Some("gemini"), None);
    check(at("gemini"), "GOOGLE_API_KEY=google", Some("google"), None);
    check(at("groq"), all, Some("groq"), None);
    check(at("mistral"), all, None, Some("MISTRAL_API_KEY"));
    check(at("llamacpp"), all, Some("forkful"), None);
    check(at("ollama"), "OPENAI_API_KEY=openai", None, None);
    check(Wanted { base_url: Some(OURS), ..at("anthropic") }, all, Some("forkful"), None);
    check(Wanted { base_url: Some(OURS), ..at("anthropic") }, "ANTHROPIC_API_KEY=anthropic", None, None);
    check(Wanted { model: Some("claude-x"), ..NOBODY }, "", None, Some("ANTHROPIC_API_KEY"));
}

#[test]
fn a_name_that_nobody_has_is_told_with_its_neighbour() {
    let check = |wanted: Wanted, expected: &str| {
        let error = resolve(wanted, None, &environment("")).expect_err(expected);
        assert_eq!(format!("{error:?}"), expected);
    };
    let host = Wanted { provider: Some("antropic"), ..NOBODY };
    check(host, "UnknownHost { name: \"antropic\", nearest: Some(\"anthropic\") }");
    let protocol = Wanted { protocol: Some("telepathy"), ..NOBODY };
    check(protocol, "UnknownProtocol { name: \"telepathy\", nearest: None }");
}
