//! The days that sources write.

use jiff::civil::Date;

/// Beginnings of the names of months, in the languages that most pages are written in; the longer ones first.
const MONTHS: &[(&str, i8)] = &[
    ("juin", 6),
    ("juil", 7),
    ("jan", 1),
    ("jän", 1),
    ("ene", 1),
    ("gen", 1),
    ("feb", 2),
    ("fév", 2),
    ("fev", 2),
    ("mar", 3),
    ("mär", 3),
    ("apr", 4),
    ("avr", 4),
    ("abr", 4),
    ("may", 5),
    ("mai", 5),
    ("mag", 5),
    ("jun", 6),
    ("giu", 6),
    ("jul", 7),
    ("lug", 7),
    ("aug", 8),
    ("aoû", 8),
    ("ago", 8),
    ("sep", 9),
    ("set", 9),
    ("oct", 10),
    ("okt", 10),
    ("ott", 10),
    ("out", 10),
    ("nov", 11),
    ("dec", 12),
    ("déc", 12),
    ("dez", 12),
    ("dic", 12),
];

/// The day that a date names, as `2025-01-31`, or as much of it as it says: `2025-01`, `2025`.
///
/// Reads RFC 3339, `March 13, 2019`, `13th Mar 2019`, `Fri, 26 Sep 2025`, `11. Februar 2025` and `1. 1. 2026`;
/// nothing that is not a day of the calendar, and no `1/2/2019`, which is two days.
pub fn iso_day(date: &str) -> Option<String> {
    let date = date.trim();
    let words: Vec<&str> = date.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    match words.as_slice() {
        [year] => whole_year(year).map(|year| format!("{year:04}")),
        [year, month] if date.len() == 7 && date.contains('-') => {
            let (year, month) = (whole_year(year)?, month.parse().ok()?);
            Date::new(year, month, 1).ok().map(|_| format!("{year:04}-{month:02}"))
        }
        [year, month, day, ..] if whole_year(year).is_some() => calendar(year, number(month)?, day),
        [day, month, year, ..] if date.contains('.') && number(month).is_some() => {
            let is_plain = date.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ' '));
            if is_plain { calendar(year, number(month)?, day) } else { None }
        }
        words => by_month(words),
    }
}

/// Day and year around the name of a month.
fn by_month(words: &[&str]) -> Option<String> {
    let (at, month) = words.iter().enumerate().find_map(|(at, word)| Some((at, month(word)?)))?;
    // `3 de marzo de 2024` has words between.
    let is_day = |word: &&str| word.starts_with(|c: char| c.is_ascii_digit()) && whole_year(word).is_none();
    let mut after = words[at + 1..].iter().copied();
    let day = words[..at].iter().rev().take(2).copied().find(is_day).or_else(|| after.find(is_day))?;
    let year = after.find(|word| whole_year(word).is_some())?;
    calendar(year, month, day)
}

/// A year of four digits.
fn whole_year(word: &str) -> Option<i16> {
    let is_year = word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_digit());
    word.parse().ok().filter(|year| is_year && *year > 0)
}

fn number(word: &str) -> Option<i8> {
    let is_number = (1..=2).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| word.parse().ok()).flatten()
}

fn month(word: &str) -> Option<i8> {
    let word = word.to_lowercase();
    MONTHS.iter().find(|(start, _)| word.starts_with(start)).map(|(_, month)| *month)
}

/// A day of the calendar; `13th` is `13`, and `31T10` is `31`.
fn calendar(year: &str, month: i8, day: &str) -> Option<String> {
    let n_digits = day.bytes().take_while(u8::is_ascii_digit).count();
    let rest = &day[n_digits..];
    let is_ordinal = ["", "st", "nd", "rd", "th", "er"].contains(&rest) || rest.starts_with('T');
    let date = Date::new(whole_year(year)?, month, number(&day[..n_digits])?).ok()?;
    is_ordinal.then(|| date.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_sources_write_them() {
        for (date, expected) in [
            ("2025-09-26", Some("2025-09-26")),
            ("2025-09-26T08:00:00Z", Some("2025-09-26")),
            ("2025-09-26 08:00", Some("2025-09-26")),
            ("2019/03/13", Some("2019-03-13")),
            ("March 13, 2019", Some("2019-03-13")),
            ("Mar. 3rd 2019", Some("2019-03-03")),
            ("13th Mar 2019", Some("2019-03-13")),
            ("11 February 2025", Some("2025-02-11")),
            ("11. Februar 2025", Some("2025-02-11")),
            ("1. 1. 2026", Some("2026-01-01")),
            ("31.12.2025", Some("2025-12-31")),
            ("Fri Sep 26 2025", Some("2025-09-26")),
            ("Friday, September 26, 2025 at 10:15", Some("2025-09-26")),
            ("Fri, 21 Nov 1997 09:55:06 -0600", Some("1997-11-21")),
            ("Sat Nov 09 12:14:18 +0000 2024", Some("2024-11-09")),
            ("3 de marzo de 2024", Some("2024-03-03")),
            ("1er juillet 2023", Some("2023-07-01")),
            ("2019", Some("2019")),
            ("2019-03", Some("2019-03")),
            ("2025-02-29", None),
            ("31 April 2025", None),
            ("2025-13", None),
            ("2025-08-99", None),
            ("01/02/2019", None),
            ("9:57", None),
            ("0:41:07", None),
            ("1:02:2019", None),
            ("March", None),
            ("20190", None),
            ("yesterday", None),
            ("", None),
        ] {
            assert_eq!(iso_day(date).as_deref(), expected, "{date}");
        }
    }
}
