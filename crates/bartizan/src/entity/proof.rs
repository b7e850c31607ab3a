//! How sure a mention is, by what speaks for it.
//!
//! Fitted on the labelled reports of AnnoCTR, train and dev together (ACCURACY.md, Entities): the share of mentions
//! of each class that the labels confirm, a little higher where reading showed that the labels left mentions out.

/// An unambiguous listed name, written as listed.
pub(super) const LISTED: f32 = 0.85;
/// The same in other capitals, or a spelling we made.
pub(super) const RESPELT: f32 = 0.75;
/// A program of the system, by its file name.
pub(super) const PROGRAM: f32 = 0.78;
/// An ordinary word with a noun or a verb that makes it a name.
pub(super) const CUED: f32 = 0.65;
/// An ordinary word that the text has made a name elsewhere.
pub(super) const KNOWN: f32 = 0.64;
/// The same in a title.
pub(super) const TITLED: f32 = 0.63;
/// An ordinary word in a list of clear names.
pub(super) const LISTMATE: f32 = 0.55;
/// A malware's name, where its gang is meant.
pub(super) const GANG: f32 = 0.70;
/// A name in no list that the text introduces outright.
pub(super) const COINED: f32 = 0.84;
/// A name in no list that several places make likely.
pub(super) const VOTED: f32 = 0.76;
