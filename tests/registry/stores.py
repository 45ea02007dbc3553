"""stores.py S3 DIRECTORY PACKAGE BUCKET...: the package in a bucket, and as what a web server may hold; further buckets for MLflow."""
import shutil, sys, tarfile, zipfile
from pathlib import Path

import boto3

endpoint, directory, package, *further = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), *sys.argv[4:]
s3 = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="key", aws_secret_access_key="secret")
for bucket in ["models", *further]:
    s3.create_bucket(Bucket=bucket)

shutil.copy(package / "model.onnx", directory / "iris.onnx")
with tarfile.open(directory / "iris.tar.gz", "w:gz") as tar:
    tar.add(package, arcname="iris")
with zipfile.ZipFile(directory / "iris.zip", "w", zipfile.ZIP_DEFLATED) as archive:
    for file in package.iterdir():
        archive.write(file, file.name)

for file in package.iterdir():
    s3.upload_file(file, "models", f"team a/iris/{file.name}")
for name in ["iris.tar.gz", "iris.onnx"]:
    s3.upload_file(directory / name, "models", name)
