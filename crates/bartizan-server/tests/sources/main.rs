//! What comes in and goes out by itself: addresses, feeds, MISP, TAXII, peers; hostile ones among them.

mod address;
mod feeds;
mod harness;
mod hostile;
mod outage;
mod peers;
