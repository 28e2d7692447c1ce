//! The attributes that are read of a page.
//!
//! Of two bytes of tags one stands in an attribute that no rule asks for: what a script hangs on its elements, sizes of
//! pictures, handlers. A tree keeps those that have a [`Key`], and nothing else of a page can ask for one.

/// The name of an attribute that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    Alt,
    AltText,
    AriaHidden,
    Author,
    Checked,
    Class,
    ColSpan,
    Content,
    DataAuthor,
    DataCfEmail,
    DataComponent,
    DataLang,
    DataLanguage,
    DataLazySrc,
    DataOriginal,
    DataSrc,
    DataSrcSet,
    DataTestId,
    DateTime,
    Display,
    Encoding,
    Height,
    Hidden,
    Href,
    Id,
    ItemProp,
    ItemType,
    Lang,
    LineThickness,
    Media,
    Name,
    Property,
    PubDate,
    Rel,
    Role,
    Src,
    SrcSet,
    Start,
    Style,
    Title,
    Type,
    Width,
    XmlLang,
}

impl Key {
    /// The key of a name in small letters; none for what nothing reads.
    pub(crate) fn of(name: &str) -> Option<Self> {
        Some(match name {
            "alt" => Self::Alt,
            "alttext" => Self::AltText,
            "aria-hidden" => Self::AriaHidden,
            "author" => Self::Author,
            "checked" => Self::Checked,
            "class" => Self::Class,
            "colspan" => Self::ColSpan,
            "content" => Self::Content,
            "data-author" => Self::DataAuthor,
            "data-cfemail" => Self::DataCfEmail,
            "data-component" => Self::DataComponent,
            "data-lang" => Self::DataLang,
            "data-language" => Self::DataLanguage,
            "data-lazy-src" => Self::DataLazySrc,
            "data-original" => Self::DataOriginal,
            "data-src" => Self::DataSrc,
            "data-srcset" => Self::DataSrcSet,
            "data-testid" => Self::DataTestId,
            "datetime" => Self::DateTime,
            "display" => Self::Display,
            "encoding" => Self::Encoding,
            "height" => Self::Height,
            "hidden" => Self::Hidden,
            "href" => Self::Href,
            "id" => Self::Id,
            "itemprop" => Self::ItemProp,
            "itemtype" => Self::ItemType,
            "lang" => Self::Lang,
            "linethickness" => Self::LineThickness,
            "media" => Self::Media,
            "name" => Self::Name,
            "property" => Self::Property,
            "pubdate" => Self::PubDate,
            "rel" => Self::Rel,
            "role" => Self::Role,
            "src" => Self::Src,
            "srcset" => Self::SrcSet,
            "start" => Self::Start,
            "style" => Self::Style,
            "title" => Self::Title,
            "type" => Self::Type,
            "width" => Self::Width,
            "xml:lang" => Self::XmlLang,
            _ => return None,
        })
    }

    /// Whether the attribute is read of pictures alone.
    pub(crate) fn is_of_images(self) -> bool {
        use Key::{Alt, DataLazySrc, DataOriginal, DataSrc, DataSrcSet, Height, Src, SrcSet, Title, Width};
        matches!(self, Alt | DataLazySrc | DataOriginal | DataSrc | DataSrcSet | Height | Src | SrcSet | Title | Width)
    }
}
