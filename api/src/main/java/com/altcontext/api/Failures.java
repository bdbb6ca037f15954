package com.altcontext.api;

import jakarta.ws.rs.WebApplicationException;
import java.util.List;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Maps every failure of a resource to its JSON: never a stack trace, never a word of SQL. */
public class Failures {
    private static final Logger LOG = Logger.getLogger(Failures.class);

    private static RestResponse<String> answer(Problem problem) {
        return RestResponse.ResponseBuilder.<String>create(problem.status)
                .entity(problem.json(List.of()))
                .header("Content-Type", "application/json")
                .build();
    }

    /** What the framework itself refuses. */
    @ServerExceptionMapper
    public RestResponse<String> refused(WebApplicationException refused) {
        return answer(Problem.ofStatus(refused.getResponse().getStatus()));
    }

    @ServerExceptionMapper
    public RestResponse<String> unforeseen(Throwable unforeseen) {
        LOG.error("a request failed in an unforeseen way", unforeseen);
        return answer(Problem.INTERNAL_ERROR);
    }
}
