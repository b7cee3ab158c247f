use executions_spec::Spec;
fn main() {
    let f = std::env::args().nth(1).unwrap();
    let t = std::time::Instant::now();
    let r = Spec::read(
        "echo",
        &executions_spec::decode(&std::fs::read(f).unwrap()).unwrap(),
    );
    match &r {
        Err(p) => println!("{:?}", &p[..p.len().min(5)]),
        Ok(s) => {
            println!("read {:?}", t.elapsed());
            match s.to_rust() {
                Ok(r) => println!(
                    "{}",
                    if std::env::args().nth(2).is_some() {
                        r
                    } else {
                        String::new()
                    }
                ),
                Err(p) => println!("{p:?}"),
            }
        }
    }
    println!("{:?}", t.elapsed());
}
