#!/bin/sh
# The server's own API with curl: one row by name, rows in order with probabilities, and the same row in the other protocols.
set -eu
server=${ML_SERVING:-http://localhost:8000}
post() { curl --fail-with-body --silent --show-error "$server$1" --json "$2" && echo; }

post /predict '{"features":{"sepal_length":6.1,"sepal_width":2.8,"petal_length":4.7,"petal_width":1.2}}'
post '/predict/batch?probabilities=true' '[{"features":[5.1,3.5,1.4,0.2]},{"features":[6.1,2.8,4.7,1.2]}]'
post /v1/models/iris:predict '{"instances":[[6.1,2.8,4.7,1.2]]}'
post /v2/models/iris/infer '{"inputs":[{"name":"rows","shape":[1,4],"datatype":"FP64","data":[6.1,2.8,4.7,1.2]}]}'
post /invocations '{"dataframe_split":{"columns":["sepal_length","sepal_width","petal_length","petal_width"],"data":[[6.1,2.8,4.7,1.2]]}}'
