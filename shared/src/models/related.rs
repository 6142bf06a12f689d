//! Which videos are related: by people, tags and category.

use crate::models::video_view::PublicVideo;
use search::fold;
use std::collections::{HashMap, HashSet};

/// Something that two videos can share. The text is folded.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum SharedAttribute {
    Director(String),
    Cast(String),
    Tag(String),
    Category(String),
}

impl SharedAttribute {
    /// How much it relates two videos. People count most: a viewer who liked a film asks what else its makers did.
    const fn points(&self) -> u32 {
        match self {
            Self::Director(_) => 8,
            Self::Cast(_) => 5,
            Self::Tag(_) => 3,
            Self::Category(_) => 2,
        }
    }

    fn all(video: &PublicVideo) -> impl Iterator<Item = Self> {
        let facts = &video.facts;
        let directors = facts.directors.iter().map(|name| Self::Director(fold(name)));
        let actors = facts.actors.iter().map(|name| Self::Cast(fold(name)));
        let tags = facts.tags.iter().map(|tag| Self::Tag(fold(tag)));
        directors.chain(actors).chain(tags).chain(std::iter::once(Self::Category(fold(&video.category))))
    }
}

/// Videos by what they share. They are numbered from 0 in their order.
#[derive(Debug, Default)]
pub struct RelationIndex(HashMap<SharedAttribute, Vec<u32>>);

impl RelationIndex {
    /// Indexes videos.
    pub fn build<'a>(videos: impl Iterator<Item = &'a PublicVideo>) -> Self {
        let mut index: HashMap<SharedAttribute, Vec<u32>> = HashMap::new();
        for (number, video) in (0..).zip(videos) {
            for shared in SharedAttribute::all(video) {
                index.entry(shared).or_default().push(number);
            }
        }
        Self(index)
    }

    /// How closely videos are related to these ones, which together are one title: points by number, without the videos
    /// that share nothing.
    pub fn points<'a>(&self, title: impl Iterator<Item = &'a PublicVideo>) -> HashMap<u32, u32> {
        let shared: HashSet<SharedAttribute> = title.flat_map(SharedAttribute::all).collect();
        let mut points: HashMap<u32, u32> = HashMap::new();
        for shared in shared {
            for number in self.0.get(&shared).into_iter().flatten() {
                *points.entry(*number).or_default() += shared.points();
            }
        }
        points
    }
}
