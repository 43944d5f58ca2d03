/** What the client asks. `make codegen` writes generated.ts from this; a test holds it against the server's schema. */

const PREDICTION = /* GraphQL */ `
  fragment PredictionFields on Prediction {
    id
    status
    model {
      slug
    }
    version {
      slug
    }
    input
    output
    text
    choices {
      index
      text
      finishReason
      message
      logprobs
    }
    files {
      url
      contentType
      bytes
      width
      height
    }
    error {
      code
      message
    }
    logs
    progress {
      step
      total
      fraction
      etaSeconds
    }
    metrics {
      queueSeconds
      loadSeconds
      predictSeconds
      totalSeconds
      timeToFirstTokenSeconds
      inputTokens
      cachedInputTokens
      outputTokens
      tokensPerSecond
      steps
      custom
    }
    attempts
    seed
    cached
    createdAt
    startedAt
    completedAt
  }
`;

const MODEL = /* GraphQL */ `
  fragment ModelFields on Model {
    slug
    kind
    visibility
    description
    tags
    runCount
    createdAt
    updatedAt
    latestVersion {
      slug
      number
      state
      reason
      inputSchema
      outputSchema
    }
  }
`;

const BATCH = /* GraphQL */ `
  fragment BatchFields on Batch {
    id
    status
    version {
      slug
    }
    counts {
      total
      succeeded
      failed
      canceled
      aborted
      invalid
      live
    }
    note
    reason
    results
    createdAt
    completedAt
  }
`;

export const CREATE_PREDICTION =
  PREDICTION +
  /* GraphQL */ `
    mutation CreatePrediction($input: CreatePredictionInput!) {
      createPrediction(input: $input) {
        __typename
        ...PredictionFields
        ... on UserError {
          code
          message
        }
        ... on InvalidInput {
          violations {
            path
            message
            code
          }
        }
      }
    }
  `;

export const RETRY_PREDICTION =
  PREDICTION +
  /* GraphQL */ `
    mutation RetryPrediction($input: RetryPredictionInput!) {
      retryPrediction(input: $input) {
        __typename
        ...PredictionFields
        ... on UserError {
          code
          message
        }
        ... on InvalidInput {
          violations {
            path
            message
            code
          }
        }
      }
    }
  `;

export const RERUN =
  PREDICTION +
  /* GraphQL */ `
    mutation Rerun($input: RerunInput!) {
      rerun(input: $input) {
        __typename
        ...PredictionFields
        ... on UserError {
          code
          message
        }
        ... on InvalidInput {
          violations {
            path
            message
            code
          }
        }
      }
    }
  `;

export const DELETE_PREDICTION = /* GraphQL */ `
  mutation DeletePrediction($input: DeletePredictionInput!) {
    deletePrediction(input: $input) {
      __typename
      ... on DeletedPrediction {
        isPending
      }
      ... on UserError {
        code
        message
      }
    }
  }
`;

export const RECORD_OUTCOME = /* GraphQL */ `
  mutation RecordOutcome($input: RecordOutcomeInput!) {
    recordOutcome(input: $input) {
      __typename
      ... on Outcome {
        name
        value
      }
      ... on InvalidInput {
        violations {
          path
          message
          code
        }
      }
      ... on UserError {
        code
        message
      }
    }
  }
`;

const USAGE_SUM = /* GraphQL */ `
  fragment UsageSumFields on UsageSum {
    predictions
    predictSeconds
    inputTokens
    outputTokens
    amount
  }
`;

export const USAGE =
  USAGE_SUM +
  /* GraphQL */ `
    query Usage($from: DateTime!, $to: DateTime!, $groupBy: UsageGrouping!) {
      viewer {
        usage(from: $from, to: $to, groupBy: $groupBy) {
          currency
          hasMore
          groups {
            key
            name
            used {
              ...UsageSumFields
            }
          }
          total {
            ...UsageSumFields
          }
        }
      }
    }
  `;

export const BUDGETS = /* GraphQL */ `
  query Budgets {
    viewer {
      budgets {
        apiKey
        period
        currency
        amount
        spent
        reserved
        left
        isHard
        isExceeded
        beginsAt
      }
    }
  }
`;

export const ESTIMATE_COST = /* GraphQL */ `
  query EstimateCost($input: CreatePredictionInput!) {
    estimateCost(input: $input) {
      most
      currency
    }
  }
`;

export const CANCEL_PREDICTION =
  PREDICTION +
  /* GraphQL */ `
    mutation CancelPrediction($input: CancelPredictionInput!) {
      cancelPrediction(input: $input) {
        __typename
        ...PredictionFields
        ... on UserError {
          code
          message
        }
      }
    }
  `;

export const GET_PREDICTION =
  PREDICTION +
  /* GraphQL */ `
    query GetPrediction($id: ID!) {
      prediction(id: $id) {
        ...PredictionFields
      }
    }
  `;

export const LIST_PREDICTIONS =
  PREDICTION +
  /* GraphQL */ `
    query ListPredictions($first: Int!, $after: String, $filter: PredictionFilter) {
      predictions(first: $first, after: $after, filter: $filter) {
        nodes {
          ...PredictionFields
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  `;

export const GET_MODEL =
  MODEL +
  /* GraphQL */ `
    query GetModel($slug: String!) {
      model(slug: $slug) {
        ...ModelFields
      }
    }
  `;

export const LIST_MODELS =
  MODEL +
  /* GraphQL */ `
    query ListModels($first: Int!, $after: String, $filter: ModelFilter) {
      models(first: $first, after: $after, filter: $filter) {
        nodes {
          ...ModelFields
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  `;

export const CREATE_UPLOAD = /* GraphQL */ `
  mutation CreateUpload($input: CreateUploadInput!) {
    createUpload(input: $input) {
      __typename
      ... on Upload {
        uri
        url
      }
      ... on UserError {
        code
        message
      }
      ... on InvalidInput {
        violations {
          path
          message
          code
        }
      }
    }
  }
`;

export const PREDICTION_EVENTS =
  PREDICTION +
  /* GraphQL */ `
    subscription PredictionEvents($id: ID!, $after: String, $previews: Boolean!) {
      predictionEvents(id: $id, after: $after) {
        __typename
        cursor
        at
        ... on PredictionSnapshot {
          attempt
          prediction {
            ...PredictionFields
          }
        }
        ... on StatusChanged {
          status
          prediction {
            ...PredictionFields
          }
        }
        ... on OutputAppended {
          text
          chunk
          choice
          logprobs {
            token
            text
            logprob
            top {
              token
              text
              logprob
            }
          }
        }
        ... on Progressed {
          step
          total
          fraction
          etaSeconds
        }
        ... on PreviewReady {
          image @include(if: $previews)
          width
          height
          step
        }
        ... on ModelLoading {
          phase
          bytes
          totalBytes
        }
        ... on Logged {
          line
        }
      }
    }
  `;

export const CREATE_BATCH =
  BATCH +
  /* GraphQL */ `
    mutation CreateBatch($input: CreateBatchInput!) {
      createBatch(input: $input) {
        __typename
        ...BatchFields
        ... on UserError {
          code
          message
        }
        ... on InvalidInput {
          violations {
            path
            message
            code
          }
        }
      }
    }
  `;

export const CANCEL_BATCH =
  BATCH +
  /* GraphQL */ `
    mutation CancelBatch($input: CancelBatchInput!) {
      cancelBatch(input: $input) {
        __typename
        ...BatchFields
        ... on UserError {
          code
          message
        }
      }
    }
  `;

export const DELETE_BATCH = /* GraphQL */ `
  mutation DeleteBatch($input: DeleteBatchInput!) {
    deleteBatch(input: $input) {
      __typename
      ... on DeletedBatch {
        pending
      }
      ... on UserError {
        code
        message
      }
    }
  }
`;

export const RETRY_FAILED_BATCH =
  BATCH +
  /* GraphQL */ `
    mutation RetryFailedBatch($input: RetryFailedBatchInput!) {
      retryFailedBatch(input: $input) {
        __typename
        ...BatchFields
        ... on UserError {
          code
          message
        }
        ... on InvalidInput {
          violations {
            path
            message
            code
          }
        }
      }
    }
  `;

export const GET_BATCH =
  BATCH +
  /* GraphQL */ `
    query GetBatch($id: ID!) {
      batch(id: $id) {
        ...BatchFields
      }
    }
  `;

export const LIST_BATCHES =
  BATCH +
  /* GraphQL */ `
    query ListBatches($first: Int!, $after: String) {
      batches(first: $first, after: $after) {
        nodes {
          ...BatchFields
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  `;
