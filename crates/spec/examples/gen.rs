fn main() {
    let p = std::env::args().nth(1).unwrap();
    let y = std::fs::read_to_string(&p).unwrap();
    let s = std::path::Path::new(&p)
        .file_stem()
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned();
    match executions_spec::Spec::read(&s, &y).and_then(|s| s.to_rust()) {
        Ok(r) => println!("{r}"),
        Err(e) => {
            for e in e {
                println!("{}", e.line(&p))
            }
        }
    }
}
