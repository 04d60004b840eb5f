// Writes the vectors: chunk ends, hashes, serialized xorbs (each scheme, with and without footer), an
// upload shard, and the hashes of trees of many shapes.
use std::fs;

use bytes::Bytes;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use xet_core_structures::merklehash::{MerkleHash, compute_data_hash, file_hash, xorb_hash};
use xet_core_structures::metadata_shard::chunk_verification::range_hash_from_chunks;
use xet_core_structures::metadata_shard::file_structs::*;
use xet_core_structures::metadata_shard::shard_in_memory::MDBInMemoryShard;
use xet_core_structures::xorb_object::{Chunk, CompressionScheme, RawXorbData, SerializedXorbObject};
use xet_data::deduplication::Chunker;

use crate::inputs::{self, Input};

const IN_SHARD: [&str; 3] = ["rand1_65536", "text_400000", "rand1_1048576"];

pub fn all(out: &str) {
    fs::create_dir_all(out).unwrap();
    let mut list = vec![];
    let mut shard = MDBInMemoryShard::default();
    for input in inputs::all() {
        let chunks = Chunker::default().next_block_bytes(&Bytes::from(input.data.clone()), true);
        list.push(describe(out, &input, &chunks));
        if IN_SHARD.contains(&input.name.as_str()) {
            add_to_shard(&mut shard, &input, &chunks);
        }
    }
    let bytes = shard.to_bytes().unwrap();
    fs::write(format!("{out}/three-files.shard"), &bytes).unwrap();
    let vectors = json!({
        "made_with": "xet-core-structures 1.8.0, xet-data 1.8.0",
        "hash_text": "64 hex digits as the protocol writes them (each 8-byte group little-endian)",
        "vectors": list,
        "shard": {
            "file": "three-files.shard", "bytes": bytes.len(), "sha256": sha256(&bytes), "holds": IN_SHARD,
            "note": "in-memory shard serialized whole, with footer and lookup tables; verification and sha256 entries set"
        }
    });
    fs::write(format!("{out}/vectors.json"), serde_json::to_string_pretty(&vectors).unwrap()).unwrap();
    fs::write(format!("{out}/trees.json"), trees()).unwrap();
}

fn sha256(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

fn describe(out: &str, input: &Input, chunks: &[Chunk]) -> Value {
    let nodes: Vec<(MerkleHash, u64)> = chunks.iter().map(|c| (c.hash, c.data.len() as u64)).collect();
    let hashes: Vec<MerkleHash> = nodes.iter().map(|node| node.0).collect();
    let mut end = 0u64;
    let ends: Vec<u64> = nodes.iter().map(|node| { end += node.1; end }).collect();
    assert_eq!(end as usize, input.data.len());
    let mut entry = json!({
        "name": input.name, "input": input.recipe, "size": input.data.len(), "sha256": sha256(&input.data),
        "chunk_ends": ends, "chunk_hashes": hashes.iter().map(|h| h.hex()).collect::<Vec<_>>(),
        "xorb_hash": xorb_hash(&nodes).hex(), "file_hash": file_hash(&nodes).hex(),
        "range_hash_all": if hashes.is_empty() { String::new() } else { range_hash_from_chunks(&hashes).hex() }
    });
    if !chunks.is_empty() && input.data.len() <= 1_048_600 {
        entry["xorbs"] = xorbs(out, input, chunks, xorb_hash(&nodes));
    }
    entry
}

fn xorbs(out: &str, input: &Input, chunks: &[Chunk], hash: MerkleHash) -> Value {
    let schemes = [
        ("none", CompressionScheme::None),
        ("lz4", CompressionScheme::LZ4),
        ("bg4lz4", CompressionScheme::ByteGrouping4LZ4),
        ("auto", CompressionScheme::Auto),
    ];
    let mut list = vec![];
    for (scheme_name, scheme) in schemes {
        for footer in [false, true] {
            let raw = RawXorbData::from_chunks(chunks, vec![0]);
            let xorb = SerializedXorbObject::from_xorb_with_compression(raw, scheme, footer, 32).unwrap();
            assert_eq!(xorb.hash, hash);
            let mut entry = json!({
                "scheme": scheme_name, "footer": footer, "bytes": xorb.serialized_data.len(),
                "footer_start": xorb.footer_start, "sha256": sha256(&xorb.serialized_data)
            });
            if xorb.serialized_data.len() <= 140_000 && is_kept(&input.name, scheme_name) {
                let file = format!("{}.{scheme_name}{}.xorb", input.name, if footer { ".footer" } else { "" });
                fs::write(format!("{out}/{file}"), &xorb.serialized_data).unwrap();
                entry["file"] = json!(file);
            }
            list.push(entry);
        }
    }
    json!(list)
}

// Whether the whole xorb is among the vectors, not its hash only.
fn is_kept(name: &str, scheme: &str) -> bool {
    (name == "rand1_65536" && scheme == "none")
        || name == "rand1_8193"
        || name.starts_with("text_")
        || (name.starts_with("f32_") && scheme == "bg4lz4")
        || name == "zero_200000"
}

fn add_to_shard(shard: &mut MDBInMemoryShard, input: &Input, chunks: &[Chunk]) {
    let nodes: Vec<(MerkleHash, u64)> = chunks.iter().map(|c| (c.hash, c.data.len() as u64)).collect();
    let hashes: Vec<MerkleHash> = nodes.iter().map(|node| node.0).collect();
    let raw = RawXorbData::from_chunks(chunks, vec![0]);
    let digest: [u8; 32] = Sha256::digest(&input.data).into();
    shard
        .add_file_reconstruction_info(MDBFileInfo {
            metadata: FileDataSequenceHeader::new(file_hash(&nodes), 1usize, true, true),
            segments: vec![FileDataSequenceEntry::new(raw.hash(), input.data.len(), 0, chunks.len())],
            verification: vec![FileVerificationEntry::new(range_hash_from_chunks(&hashes))],
            // As the client does: the text of this hash is the usual one of the SHA-256.
            metadata_ext: Some(FileMetadataExt::new(MerkleHash::from_be_bytes(digest))),
        })
        .unwrap();
    shard.add_xorb_block(raw.xorb_info).unwrap();
}

// Chunk i of a tree is the decimal text of the number i * step, and says that it has that many bytes.
fn trees() -> String {
    let mut list: Vec<Value> = vec![];
    let shapes = (0..=100u64).map(|count| (count, 1));
    for (count, step) in shapes.chain([(500, 7), (1000, 0), (1000, 8_589_934_592), (8192, 65536), (20000, 131072)]) {
        let nodes: Vec<(MerkleHash, u64)> = (0..count)
            .map(|i| i * step)
            .map(|number| (compute_data_hash(number.to_string().as_bytes()), number))
            .collect();
        list.push(json!({"count": count, "step": step,
            "xorb_hash": xorb_hash(&nodes).hex(), "file_hash": file_hash(&nodes).hex()}));
    }
    let lines: Vec<String> = list.iter().map(|entry| entry.to_string()).collect();
    format!("[\n{}\n]\n", lines.join(",\n"))
}
