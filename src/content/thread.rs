//! A discussion as read from an export.

use super::Link;

/// A social or chat discussion: posts in the order they are read in, replies by number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thread {
    /// How the export tells it from its other discussions.
    pub id: Option<String>,
    /// The name the export gives, or one made of its author.
    pub title: Option<String>,
    /// Who started it, as the export names them (`@handle` on X).
    pub author: Option<String>,
    /// Address of the first post.
    pub url: Option<String>,
    /// When it started, as the export writes it.
    pub date: Option<String>,
    /// The posts, in the order they are read in.
    pub posts: Vec<Post>,
    /// Items of the export that are no posts here: hidden ones, repeats, other branches.
    pub n_hidden: usize,
    /// Leaves of the reply tree, where the export says who answers whom.
    pub n_branches: Option<usize>,
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
    /// What this one answers.
    pub answers: Answers,
    /// Whether only its place is left: it was deleted, and others answer it.
    pub stub: bool,
    /// The words, entities decoded.
    pub text: String,
    /// Links of this post; offsets are into `text`.
    pub links: Vec<Link>,
}

/// What a post answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answers {
    /// Nothing, or the export does not say.
    Nothing,
    /// The post of this number.
    Post(usize),
    /// A post that is not in the export, by this author where the export knows.
    Outside(Option<String>),
}

impl Answers {
    /// The number of the post that is answered, if it is here.
    pub fn post(&self) -> Option<usize> {
        match self {
            Self::Post(number) => Some(*number),
            Self::Nothing | Self::Outside(_) => None,
        }
    }
}
