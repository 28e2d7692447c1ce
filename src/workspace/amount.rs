//! Numbers of tokens as people write them.

use crate::tokens::Tokens;

/// The text is no number of tokens.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a number of tokens: {0} (write 12000, 12k, 1.5k or 1M)")]
pub struct ParseAmountError(pub String);

/// Reads `12000`, `12k` or `1M` as a number of tokens.
pub fn amount(text: &str) -> Result<Tokens, ParseAmountError> {
    let refuse = || ParseAmountError(text.to_owned());
    let (digits, unit) = match text.char_indices().next_back() {
        Some((at, 'k' | 'K')) => (&text[..at], 1_000),
        Some((at, 'm' | 'M')) => (&text[..at], 1_000_000),
        _ => (text, 1),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    // `1,5k` is no fifteen thousand: a separator stands before three digits.
    let mut groups = whole.split([',', '_']);
    let is_first = groups.next().is_some_and(|first| !first.is_empty() && is_number(first));
    if !is_first || !groups.all(|group| group.len() == 3 && is_number(group)) {
        return Err(refuse());
    }
    let plain = whole.replace([',', '_'], "");
    if !is_number(fraction) || fraction.len() > 6 {
        return Err(refuse());
    }
    let millionths = format!("{plain}{fraction:0<6}").parse::<u128>().map_err(|_| refuse())?;
    let tokens = millionths * unit;
    if tokens % 1_000_000 != 0 {
        return Err(refuse());
    }
    u32::try_from(tokens / 1_000_000).map(Tokens).map_err(|_| refuse())
}

/// The shortest way to write a number of tokens: `12k`, `1M`, `12345`.
pub fn short_amount(tokens: Tokens) -> String {
    match tokens.0 {
        n if n > 0 && n % 1_000_000 == 0 => format!("{}M", n / 1_000_000),
        n if n > 0 && n % 1_000 == 0 => format!("{}k", n / 1_000),
        n => n.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_people_write_them() {
        for (text, n) in [
            ("0", 0),
            ("12000", 12_000),
            ("12k", 12_000),
            ("1.5k", 1500),
            ("128K", 128_000),
            ("1M", 1_000_000),
            ("12,000", 12_000),
            ("1_200_000", 1_200_000),
            ("1,234.5k", 1_234_500),
        ] {
            assert_eq!(amount(text), Ok(Tokens(n)));
            assert_eq!(amount(&short_amount(Tokens(n))), Ok(Tokens(n)));
        }
        for text in [
            "", "k", "-1", "12kk", "1.5", "0.0001k", "9999999M", "١٢", "12 k", "1e3", "1,5k", "0,5M", ",5000", "5000,",
            "5,,000", "_500", "12,0000",
        ] {
            assert!(amount(text).is_err(), "{text}");
        }
    }
}
