//! How long the D3FEND inference takes: `cargo run -p bartizan-pack --example infer -- d3fend.ttl [REPEATS]`.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("which ontology?")?;
    let repeats: u32 = arguments.next().map_or(Ok(10), |n| n.parse())?;
    let text = std::fs::read_to_string(&path)?;
    for _ in 0..repeats {
        let start = std::time::Instant::now();
        let inference = bartizan_pack::infer(&text)?;
        let pairs: std::collections::BTreeSet<_> =
            inference.rows.iter().map(|r| (r.technique, r.countermeasure)).collect();
        let took = start.elapsed();
        println!("{} rows, {} pairs, {:.1} ms", inference.rows.len(), pairs.len(), took.as_secs_f64() * 1e3);
    }
    Ok(())
}
