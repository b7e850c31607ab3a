// Reads and writes a TAXII collection with rstix's client. Built by scripts/rstix-client.sh in a project of its own.
use rstix::taxii::{BearerAuth, DeleteObjectFilter, ObjectByIdFilter, TaxiiClient, TaxiiClientConfig, TaxiiEnvelope, TaxiiFilter};

#[tokio::main]
async fn main() {
    let [base, token, wanted] = ["BARTIZAN_URL", "BARTIZAN_TOKEN", "BARTIZAN_COLLECTION"].map(|n| std::env::var(n).expect(n));
    let config = TaxiiClientConfig::new(&base).auth(BearerAuth::new(token)).allow_insecure_http(true);
    let client = TaxiiClient::new(config).expect("a client");
    let discovery = client.discover().await.expect("discovery");
    let root = format!("{base}/taxii2/root/");
    println!("discovery: {}", discovery.title);
    let api = client.api_root(&root).await.expect("the API root");
    println!("API root: {} ({} bytes at most)", api.title, api.max_content_length);
    let collections = client.collections(&root).await.expect("collections");
    println!("collections: {}", collections.len());
    let objects: Vec<_> = ["1", "2", "3"]
        .map(|n| {
            rstix::parse_object(&format!(
                r#"{{"type":"malware","spec_version":"2.1","id":"malware--11111111-1111-4111-8111-11111111111{n}","is_family":true,
                    "created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","name":"M{n}"}}"#
            ))
            .expect("an object")
        })
        .into();
    let status = client.add_objects(&root, &wanted, &TaxiiEnvelope::new(objects)).await.expect("added");
    println!("added: {} of {}, status {:?}", status.success_count, status.total_count, status.status);
    assert_eq!(status.success_count, 3);
    let again = client.get_status(&root, &status.id).await.expect("the status");
    assert_eq!(again.success_count, 3);
    let page = client.objects(&root, &wanted, TaxiiFilter::new().object_type("malware").limit(2)).await.expect("objects");
    println!("first page: {} objects, more: {}", page.data.objects.len(), page.data.more);
    assert_eq!((page.data.objects.len(), page.data.more), (2, true));
    let next = page.data.next.clone().expect("next");
    let rest = client.objects(&root, &wanted, TaxiiFilter::new().object_type("malware").limit(2).next(next)).await.expect("the rest");
    assert_eq!((rest.data.objects.len(), rest.data.more), (1, false));
    let manifest = client.manifest(&root, &wanted, Default::default()).await.expect("a manifest");
    println!("manifest: {} rows", manifest.data.objects.len());
    let id = rstix::core::StixId::parse("malware--11111111-1111-4111-8111-111111111111").expect("an id");
    let one = client.get_object(&root, &wanted, &id, ObjectByIdFilter::new()).await.expect("one object");
    assert_eq!(one.data.objects.len(), 1);
    let versions = client.object_versions(&root, &wanted, &id, Default::default()).await.expect("versions");
    println!("versions: {}", versions.data.versions.len());
    client.delete_object(&root, &wanted, &id, DeleteObjectFilter::new()).await.expect("taken back");
    client.get_object(&root, &wanted, &id, ObjectByIdFilter::new()).await.expect_err("it is gone");
    println!("taken back: 1; rstix reads and writes this server");
}
