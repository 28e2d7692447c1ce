//! The address of a second in a recording.
//!
//! Players take the second in their own ways; a plain media file takes it as a media fragment
//! (W3C Media Fragments 1.0).

/// Where the players of a host look for the second: host, and what stands before and after the number.
const PLAYERS: &[(&str, Place, &str)] = &[
    ("youtube.com", Place::Query("t"), "s"),
    ("youtu.be", Place::Query("t"), "s"),
    ("vimeo.com", Place::Fragment("t"), "s"),
    ("twitch.tv", Place::Query("t"), "s"),
    ("dailymotion.com", Place::Query("start"), ""),
    ("open.spotify.com", Place::Query("t"), ""),
    ("podcasts.apple.com", Place::Query("t"), ""),
    ("archive.org", Place::Query("start"), ""),
];

#[derive(Debug, Clone, Copy)]
enum Place {
    Query(&'static str),
    Fragment(&'static str),
}

/// Endings of media files, which any browser plays from a media fragment.
const MEDIA: &[&str] = &[".mp3", ".m4a", ".mp4", ".ogg", ".opus", ".webm", ".wav", ".aac", ".flac", ".mov"];

/// The address that plays a recording from a second on; none where its player takes no second.
pub fn at_second(url: &str, second: u64) -> Option<String> {
    let (base, _) = url.split_once('#').unwrap_or((url, ""));
    let (path, query) = base.split_once('?').unwrap_or((base, ""));
    let host = path.split_once("://")?.1.split('/').next().unwrap_or_default();
    let is_media = MEDIA.iter().any(|ending| path.to_ascii_lowercase().ends_with(ending));
    if is_media {
        return Some(format!("{base}#t={second}"));
    }
    let serves = |name: &str| host == name || host.strip_suffix(name).is_some_and(|rest| rest.ends_with('.'));
    let (_, place, unit) = PLAYERS.iter().find(|(name, ..)| serves(name))?;
    Some(match place {
        Place::Query(key) => {
            let is_time = |part: &str| matches!(part.split('=').next(), Some(name) if name == *key || name == "start");
            let kept = query.split('&').filter(|part| !part.is_empty() && !is_time(part)).map(str::to_owned);
            let parts: Vec<String> = kept.chain([format!("{key}={second}{unit}")]).collect();
            format!("{path}?{}", parts.join("&"))
        }
        Place::Fragment(key) => format!("{base}#{key}={second}{unit}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_is_written_as_its_player_reads_it() {
        for (url, expected) in [
            ("https://www.youtube.com/watch?v=a&t=3s", Some("https://www.youtube.com/watch?v=a&t=2467s")),
            ("https://youtu.be/a", Some("https://youtu.be/a?t=2467s")),
            ("https://vimeo.com/1#x", Some("https://vimeo.com/1#t=2467s")),
            ("https://open.spotify.com/episode/a?si=b", Some("https://open.spotify.com/episode/a?si=b&t=2467")),
            ("https://cdn.example/a.MP3?k=1", Some("https://cdn.example/a.MP3?k=1#t=2467")),
            ("https://archive.org/download/a/a.mp3", Some("https://archive.org/download/a/a.mp3#t=2467")),
            ("https://notyoutube.com/watch", None),
            ("https://show.example/episode", None),
            ("talk.mp3", None),
        ] {
            assert_eq!(at_second(url, 2467).as_deref(), expected, "{url}");
        }
    }
}
