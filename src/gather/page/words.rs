//! What the words in `class`, `id` and `role` say of an element.
//!
//! Names are cut into words at hyphens, underscores, spaces and capitals: `td-postContent` is `td`,
//! `post`, `content`. A word has one role; so `sidebar` never matches in `hassidebar`, and no
//! pattern needs to know who glued what to it.

use std::collections::BTreeMap;

/// What an element is by its names; several roles may hold at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Roles(u16);

impl Roles {
    /// Ways through the site: menus, breadcrumbs, page numbers, heads and feet of pages.
    pub(crate) const CHROME: Self = Self(1);
    /// Other things to read.
    pub(crate) const RELATED: Self = Self(2);
    /// Buttons that pass the page on.
    pub(crate) const SHARE: Self = Self(4);
    /// Advertisements.
    pub(crate) const ADVERT: Self = Self(8);
    /// What asks for an address, a login, a consent.
    pub(crate) const ASKING: Self = Self(16);
    /// Who, when, under which tags.
    pub(crate) const META: Self = Self(32);
    /// What readers wrote.
    pub(crate) const COMMENT: Self = Self(64);
    /// The text itself.
    pub(crate) const CONTENT: Self = Self(128);
    /// One message of a discussion.
    pub(crate) const POST: Self = Self(256);
    /// What opens above the page.
    pub(crate) const DIALOG: Self = Self(512);
    /// What plays a video, with its buttons and clocks.
    pub(crate) const PLAYER: Self = Self(1024);

    /// Whether one of the roles holds.
    pub(crate) fn any(self, roles: Self) -> bool {
        self.0 & roles.0 != 0
    }

    /// Both.
    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What names say, those that were read before in `known`: the same stand on many elements, and in many rows.
    pub(crate) fn known<'a>(names: &'a str, known: &mut BTreeMap<(usize, &'a str), Self>) -> Self {
        let of_one =
            |roles: Self, name: &'a str| roles.and(*known.entry((name.len(), name)).or_insert_with(|| Self::of(name)));
        names.split_ascii_whitespace().fold(Self::default(), of_one)
    }

    /// What names say.
    pub(crate) fn of(names: &str) -> Self {
        let mut roles = Self::default();
        let mut previous = String::new();
        for name in names.split_whitespace() {
            if is_player(name) {
                roles = roles.and(Self::PLAYER);
            }
            let mut is_state = false;
            let mut first = true;
            for_words(name, |word| {
                is_state |= first && is_modifier(word);
                first = false;
                if !is_state {
                    roles = roles.and(role(word)).and(pair(&previous, word));
                }
                previous.clear();
                previous.push_str(word);
            });
            previous.clear();
        }
        roles
    }
}

/// Whether a name is that of a dialog that asks for consent, as its vendors write it.
pub(crate) fn asks_consent(name: &str) -> bool {
    const VENDORS: &[&str] = &[
        "onetrust-",
        "ot-sdk-",
        "didomi-",
        "usercentrics-",
        "truste-",
        "qc-cmp2-",
        "cybotcookiebot",
        "sp_message_container",
        "fc-consent-root",
        "cookiefirst-",
        "cmplz-",
        "klaro",
        "iubenda-cs-",
        "termly-",
    ];
    let starts = |vendor: &&str| name.get(..vendor.len()).is_some_and(|start| start.eq_ignore_ascii_case(vendor));
    VENDORS.iter().any(starts)
}

/// Whether a name is that of a player of videos or of a part of it, as the players write it.
fn is_player(name: &str) -> bool {
    const PARTS: &[&str] = &["vjs-", "jw-controls", "jw-wrapper", "mejs-", "mejs__", "plyr__", "shaka-", "bmpui-"];
    matches!(name, "video-js" | "jwplayer" | "plyr") || PARTS.iter().any(|part| name.starts_with(part))
}

/// Calls `each` with every word of the names, in lower case.
pub(crate) fn for_words(names: &str, mut each: impl FnMut(&str)) {
    let mut word = String::with_capacity(16);
    let mut lower_before = false;
    for c in names.chars() {
        let (is_word, is_upper) = (c.is_alphanumeric(), c.is_uppercase());
        if (!is_word || is_upper && lower_before) && !word.is_empty() {
            each(&word);
            word.clear();
        }
        // Most names are ASCII, and that is quicker.
        if is_word && c.is_ascii() {
            word.push(c.to_ascii_lowercase());
        } else if is_word {
            word.extend(c.to_lowercase());
        }
        lower_before = is_word && !is_upper && c.is_lowercase();
    }
    if !word.is_empty() {
        each(&word);
    }
}

/// Words that open a name which says what an element has or does, not what it is: `has-sidebar`.
fn is_modifier(word: &str) -> bool {
    matches!(
        word,
        "has"
            | "with"
            | "without"
            | "no"
            | "is"
            | "js"
            | "not"
            | "hide"
            | "show"
            | "enable"
            | "disable"
            | "col"
            | "grid"
    )
}

/// The role of one word.
fn role(word: &str) -> Roles {
    match word {
        "nav" | "navigation" | "navi" | "navbar" | "navbox" | "subnav" | "topnav" | "sidenav" | "menu" | "submenu"
        | "megamenu" | "menubar" | "breadcrumb" | "breadcrumbs" | "crumb" | "crumbs" | "footer" | "foot"
        | "pagefooter" | "sitefooter" | "colophon" | "imprint" | "impressum" | "copyright" | "sidebar" | "sidebars"
        | "sidebox" | "rightbar" | "leftbar" | "rightrail" | "rail" | "masthead" | "topbar" | "toolbar"
        | "skiplink" | "pagination" | "pager" | "paging" | "paginate" | "searchform" | "searchbox" | "toc"
        | "tablecontents" | "banner" | "flyout" | "dropdown" | "hamburger" | "offcanvas" | "sitemap" | "printhide" => {
            Roles::CHROME
        }
        "related" | "relatedposts" | "relatedarticles" | "relatedcontent" | "recommend" | "recommended"
        | "recommends" | "recommendation" | "recommendations" | "suggested" | "suggestions" | "similar" | "popular"
        | "trending" | "mostread" | "mostpopular" | "outbrain" | "taboola" | "zergnet" | "revcontent" | "readmore"
        | "morefrom" | "promo" | "promos" | "promoted" | "teaser" | "teasers" | "crosslinks" | "upnext"
        | "nextprev" | "prevnext" | "jp" | "verwandt" | "crosspromo" | "jetpack" | "yarpp" | "crp" => Roles::RELATED,
        "share" | "shares" | "sharing" | "sharebar" | "sharebuttons" | "sharedaddy" | "addtoany" | "addthis"
        | "social" | "socials" | "socialmedia" | "sociable" | "shariff" | "tweetbutton" | "followus" | "heateor"
        | "shareaholic" => Roles::SHARE,
        "ad" | "ads" | "adv" | "advert" | "adverts" | "advertisement" | "advertising" | "adsense" | "adsbygoogle"
        | "adslot" | "adunit" | "adbox" | "adwrapper" | "adcontainer" | "dfp" | "gpt" | "sponsor" | "sponsored"
        | "sponsors" | "anzeige" | "werbung" | "publicidad" | "publicite" | "affiliate" | "criteo" => Roles::ADVERT,
        "newsletter" | "newsletters" | "subscribe" | "subscription" | "subscriptions" | "optin" | "mailchimp"
        | "paywall" | "regwall" | "onetrust" | "didomi" | "usercentrics" | "truste" | "privacy" | "cookie"
        | "cookies" | "consent" | "gdpr" | "login" | "signin" | "signup" | "register" | "registration" | "donate"
        | "donation" | "captcha" | "cta" | "alertbar" => Roles::ASKING,
        "modal" | "popup" | "overlay" | "lightbox" => Roles::DIALOG,
        "byline" | "bylines" | "author" | "authors" | "authorbox" | "dateline" | "timestamp" | "pubdate"
        | "postmeta" | "meta" | "metadata" | "tags" | "tag" | "taglist" | "tagcloud" | "keywords" | "categories"
        | "permalink" | "rating" | "ratings" | "views" | "likes" | "votes" | "avatar" | "hashtags" | "byl" | "bio"
        | "autor" => Roles::META,
        "comment" | "comments" | "commentlist" | "commentlists" | "commentarea" | "disqus" | "respond" | "reply"
        | "replies" | "kommentar" | "kommentare" | "commentaires" | "comentarios" | "guestbook" | "comments2"
        | "dsq" | "discussion" | "webmention" | "webmentions" | "livefyre" | "pingback" | "trackback"
        | "trackbacks" => Roles::COMMENT,
        "article" | "story" | "content" | "body" | "text" | "main" | "entry" | "prose" | "copy" | "markdown"
        | "articlebody" | "postbody" | "storybody" | "fulltext" | "articletext" | "bodytext" | "bodycopy"
        | "richtext" | "rte" | "beitrag" | "artikel" | "maincontent" | "articlecontent" | "postcontent"
        | "entrycontent" | "hentry" | "inhalt" | "contenu" | "texte" | "texto" | "cuerpo" | "contenido"
        | "blogpost" => Roles::CONTENT,
        "post" | "message" | "posts" | "topic" | "answer" | "question" => Roles::POST,
        _ => Roles::default(),
    }
}

/// The role of two words in a row that say together what neither says alone.
fn pair(first: &str, second: &str) -> Roles {
    match (first, second) {
        ("side" | "top" | "nav", "bar")
        | ("side", "nav")
        | ("page", "numbers" | "header")
        | ("bread", "crumb")
        | ("skip", "link")
        | ("site" | "main" | "global", "header")
        | ("left" | "right", "column" | "col") => Roles::CHROME,
        ("read", "more" | "next" | "also")
        | ("more", "from" | "on" | "stories" | "articles" | "news" | "posts" | "in")
        | ("most", "read" | "popular" | "viewed")
        | ("also", "like" | "read")
        | ("you", "may" | "might")
        | ("next" | "prev" | "previous", "post" | "article" | "story")
        | ("post", "navigation")
        | ("latest" | "recent", "news" | "posts" | "articles" | "stories")
        | ("top", "stories")
        | ("see", "also")
        | ("in", "this") => Roles::RELATED,
        ("follow", "us") => Roles::SHARE,
        ("sign", "up" | "in") | ("log" | "opt", "in") | ("call", "action") | ("mailing", "list") => Roles::ASKING,
        ("post", "date" | "info" | "tags" | "footer" | "categories")
        | ("entry", "meta" | "footer" | "date")
        | ("article", "info" | "date" | "meta" | "footer")
        | ("cat", "links")
        | ("published", "date")
        | ("posted", "on")
        | ("read" | "reading", "time") => Roles::META,
        _ => Roles::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_by_their_words() {
        for (names, expected) in [
            ("td-postContent", Roles::POST.and(Roles::CONTENT)),
            ("has-side_bar", Roles::default()),
            ("my-side_bar", Roles::CHROME),
            ("hassidebar", Roles::default()),
            ("JP-relatedposts", Roles::RELATED),
        ] {
            assert_eq!(Roles::of(names), expected, "{names}");
        }
    }
}
