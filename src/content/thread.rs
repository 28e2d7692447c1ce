//! A discussion as read from an export.

use super::Link;

/// A social or chat discussion: posts in the order of the export, replies by index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thread {
    /// The name the export gives, or one made of its author.
    pub title: Option<String>,
    /// Who started it, as the export names them (`@handle` on X).
    pub author: Option<String>,
    /// Address of the first post.
    pub url: Option<String>,
    /// When it started, as the export writes it.
    pub date: Option<String>,
    /// The posts, oldest first.
    pub posts: Vec<Post>,
}

/// One post of a thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// Number in the export, from 1; a citation names it.
    pub number: usize,
    /// Author of this post.
    pub author: Option<String>,
    /// When, as RFC 3339 where the export has it.
    pub time: Option<String>,
    /// Number of the post that this one answers.
    pub reply_to: Option<usize>,
    /// The words, entities decoded.
    pub text: String,
    /// Links of this post; offsets are into `text`.
    pub links: Vec<Link>,
}
