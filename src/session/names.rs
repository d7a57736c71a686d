//! What features are called on screen.

use alloc::{borrow::Cow, boxed::Box, collections::BTreeMap};

/// k-ID's standard permission names whose English display name is not their words in title case.
const SPECIAL: &[(&str, &str)] = &[
    ("ai-chat", "AI Chat"),
    ("ai-companion-chatbot", "Companion Chatbots"),
    ("ai-generated-avatars", "AI Generated Avatars"),
    ("ai-media-generation", "AI Media Generation"),
    ("ai-media-upload", "AI Media Upload"),
    ("ai-memory", "AI Memory"),
    ("ai-model-training", "AI Model Training"),
    ("ai-voice-mode", "AI Voice Mode"),
    ("in-game-purchases", "In-Game Purchases"),
    ("link-to-third-party-chat", "Link to Third-Party Chat"),
    ("link-to-third-party-streaming-app", "Link to Third-Party Streaming App"),
    ("mods", "User-Generated Content"),
    ("multiplayer", "Online Multiplayer"),
    ("real-time-location-sharing", "Precise Location Sharing"),
    ("text-chat-private", "Text Chat (Private)"),
    ("text-chat-public", "Text Chat (Public)"),
];

/// k-ID's standard permission names.
pub const STANDARD_NAMES: &[&str] = &[
    "ai-chat",
    "ai-companion-chatbot",
    "ai-generated-avatars",
    "ai-media-generation",
    "ai-media-upload",
    "ai-memory",
    "ai-model-training",
    "ai-voice-mode",
    "augmented-reality",
    "camera-access",
    "contextual-ads",
    "custom-avatar",
    "custom-username",
    "direct-marketing",
    "forums",
    "gameplay-recording",
    "gameplay-streaming",
    "in-game-purchases",
    "join-groups",
    "leaderboard-and-rankings",
    "link-to-third-party-chat",
    "link-to-third-party-streaming-app",
    "loot-boxes-kompu-gacha",
    "loot-boxes-paid-cosmetic-only",
    "loot-boxes-paid-gameplay-impacting",
    "mature-language",
    "mods",
    "motion-data",
    "multiplayer",
    "online-status",
    "personalized-recommendations",
    "photo-video-sharing",
    "profiling",
    "public-friend-list",
    "public-profile",
    "push-notifications",
    "real-time-location-sharing",
    "send-accept-friend-requests",
    "send-gifts",
    "share-game-clips-screenshots",
    "share-to-social-media",
    "simulated-gambling",
    "targeted-ads",
    "text-chat-private",
    "text-chat-public",
    "video-chat",
    "virtual-events",
    "virtual-property-ownership",
    "voice-chat",
];

/// The built-in English display name of a standard feature; any other name is its own display name.
pub fn display_name(name: &str) -> Cow<'_, str> {
    if let Some((_, shown)) = SPECIAL.iter().find(|(slug, _)| *slug == name) {
        return Cow::Borrowed(shown);
    }
    if STANDARD_NAMES.binary_search(&name).is_err() {
        return Cow::Borrowed(name);
    }
    let mut shown = alloc::string::String::with_capacity(name.len());
    for word in name.split('-') {
        if !shown.is_empty() {
            shown.push(' ');
        }
        match word {
            "and" | "to" => shown.push_str(word),
            _ => {
                let mut letters = word.chars();
                shown.extend(letters.next().map(|c| c.to_ascii_uppercase()));
                shown.push_str(letters.as_str());
            }
        }
    }
    Cow::Owned(shown)
}

/// Display names that the host registered, before the built-in ones.
#[derive(Debug, Clone, Default)]
pub struct DisplayNames {
    own: BTreeMap<Box<str>, Box<str>>,
}

impl DisplayNames {
    /// Nothing registered.
    pub const fn new() -> Self {
        Self { own: BTreeMap::new() }
    }

    /// Registers or replaces a name; an empty text takes it back.
    pub fn set(&mut self, name: &str, shown: &str) {
        if shown.is_empty() {
            self.own.remove(name);
            if self.own.is_empty() {
                // An empty map may keep memory; a new one has none.
                self.own = BTreeMap::new();
            }
        } else {
            self.own.insert(name.into(), shown.into());
        }
    }

    /// How many names are registered.
    pub fn len(&self) -> usize {
        self.own.len()
    }

    /// Whether none is registered.
    pub fn is_empty(&self) -> bool {
        self.own.is_empty()
    }

    /// What to show for a feature.
    pub fn get<'a>(&'a self, name: &'a str) -> Cow<'a, str> {
        self.own
            .get(name)
            .map_or_else(|| display_name(name), |own| Cow::Borrowed(own))
    }
}
