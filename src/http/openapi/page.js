// The address that the page came from is the address of the server, below a path of a proxy too.
    if (window.location.protocol.startsWith("http")) {
        const here = window.location.origin + window.location.pathname.replace(/\/docs\/?$/, "");
        spec.servers = [{ url: here }];
        spec.info.description = spec.info.description.replaceAll("SERVER_URL", here);
    }
