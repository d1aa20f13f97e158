"""Object storage of the S3 kind, through boto3, which is installed with `wippy[s3]` (page system/cloudstorage)."""
